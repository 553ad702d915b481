using System.Diagnostics;
using System.Text.Json;

namespace LlmRouting.Providers.Tests.Conformance;

/// <summary>Is a running <c>@copilotkit/aimock</c>: a server of others, which knows the formats of many services.</summary>
internal sealed class MockServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly HttpClient _journal;

    private MockServer(Process process, Uri address)
    {
        _process = process;
        Address = new Uri(address, "v1");
        _journal = new HttpClient { BaseAddress = address };
    }

    public Uri Address { get; }

    /// <summary>Starts it on a free port of loopback.</summary>
    /// <exception cref="MockServerMissingException">Node is not installed.</exception>
    public static async Task<MockServer> StartAsync(string entryPoint)
    {
        string sources = MockServerPackage.Sources;
        Process process = MockServerPackage.Start(new("node", [Path.Combine(sources, "serve.mjs"), entryPoint, Path.Combine(sources, "fixtures.json")])
        {
            // It ends when this pipe closes, which it also does when the tests are killed.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        });
        try
        {
            using CancellationTokenSource limit = new(StartLimit);
            string? line = await process.StandardOutput.ReadLineAsync(limit.Token);
            return Uri.TryCreate(line, UriKind.Absolute, out Uri? address)
                ? new MockServer(process, address)
                : throw new InvalidOperationException($"The mock server did not start: it wrote '{line}'.");
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }
    }

    /// <summary>Reads what the server understood of the requests that one test sent.</summary>
    public async Task<JsonElement[]> ReadRequestsAsync(string testId)
    {
        await using Stream journal = await _journal.GetStreamAsync(new Uri($"__aimock/journal?testId={Uri.EscapeDataString(testId)}", UriKind.Relative));
        using JsonDocument document = await JsonDocument.ParseAsync(journal);
        return [.. document.RootElement.EnumerateArray().Select(static entry => entry.GetProperty("body").Clone())];
    }

    public async ValueTask DisposeAsync()
    {
        _journal.Dispose();
        _process.StandardInput.Close();
        try
        {
            using CancellationTokenSource limit = new(StopLimit);
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
