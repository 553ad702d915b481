namespace LlmRouting.Providers.Tests.Conformance;

/// <summary>Starts the mock server once for all tests of this folder.</summary>
[SetUpFixture]
public sealed class ConformanceSetUp
{
    private static MockServer? _server;
    private static string _missing = "the setup did not run";

    /// <summary>Gets the server, or skips the test that asks where there is none.</summary>
    internal static MockServer Server
    {
        get
        {
            if (_server is null)
            {
                Assert.Ignore($"Skipped, since @copilotkit/aimock is not there: {_missing}. With Node 20 and npm the tests install it themselves.");
            }

            return _server!;
        }
    }

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        try
        {
            _server = await MockServer.StartAsync(await MockServerPackage.InstallAsync());
        }
        catch (MockServerMissingException reason)
        {
            _missing = reason.Message;
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
