using LlmRouting.Providers.Tests.Dialects;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.Conformance;

/// <summary>Is an adapter that talks to the mock server, alone or behind the router.</summary>
internal sealed class ConformanceClient : IDisposable
{
    private readonly RoutedClient? _routed;

    public ConformanceClient(WireDialect dialect, bool routed, params (string Name, string Value)[] headers)
    {
        MockServer server = ConformanceSetUp.Server;
        headers = [.. headers, ("x-test-id", TestId)];
        if (routed)
        {
            _routed = new RoutedClient(dialect, null, [("LlmRouting:Models:model:Capabilities", "Tools, JsonSchema, Vision"), .. Headers(0, headers)], server.Address);
            Chat = _routed.Chat;
        }
        else
        {
            Chat = dialect.Client(server.Address, null, [.. headers.Select(static header => ($"Header:{header.Name}", header.Value))]);
        }
    }

    /// <summary>Gets what the server tells this test's requests from others by.</summary>
    public static string TestId => TestContext.CurrentContext.Test.ID;

    public IChatClient Chat { get; }

    /// <summary>Gets what the router's record says; null when the adapter is alone.</summary>
    public RoutingOutcome? Outcome => _routed?.Outcome;

    /// <summary>Writes headers as the settings of the provider of that number.</summary>
    public static (string Key, string? Value)[] Headers(int provider, params (string Name, string Value)[] headers) =>
        [.. headers.Select(header => ($"LlmRouting:Providers:p{provider}:Headers:{header.Name}", (string?)header.Value))];

    public void Dispose()
    {
        Chat.Dispose();
        _routed?.Dispose();
    }
}
