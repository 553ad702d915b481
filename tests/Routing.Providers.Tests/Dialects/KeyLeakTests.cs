using System.Text;
using LlmRouting.Providers.Tests.OpenAICompatible;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace LlmRouting.Providers.Tests.Dialects;

/// <summary>Searches everything that failing runs write for the key, whose service repeats it in every way.</summary>
[TestFixtureSource(typeof(WireDialect), nameof(WireDialect.All))]
public sealed class KeyLeakTests(WireDialect dialect)
{
    private const string Variable = "LLMROUTING_TESTS_KEY_OF_KEYLEAKTESTS";
    private const string Message = $"Incorrect key: {WireDialect.Key}";

    private Dictionary<string, Func<HttpContext, Task>> Replies => new()
    {
        ["refused"] = LoopbackServer.Json(dialect.Failure("authentication_error", Message), 401, ("x-echo", WireDialect.Key)),
        ["limited"] = LoopbackServer.Json(dialect.Failure("rate_limit_error", Message), 429, ("Retry-After", WireDialect.Key)),
        ["failed"] = LoopbackServer.Json($"<html>{Message}</html>", 500),
        ["moved"] = LoopbackServer.Json(Message, 302, ("Location", $"http://127.0.0.1:9/?{WireDialect.Key}")),
        ["no answer"] = LoopbackServer.Json($$"""{"{{WireDialect.Key}}":"{{WireDialect.Key}}"}"""),
        ["no json"] = LoopbackServer.Json(Message),
        ["error event"] = LoopbackServer.Sse(dialect.ErrorFrame("api_error", Message)),
        ["late error event"] = LoopbackServer.Sse(dialect.Opening + dialect.Piece("Hel") + dialect.ErrorFrame("api_error", Message)),
        ["broken event"] = LoopbackServer.Sse(dialect.Opening + $"data: {Message}\n\n"),
    };

    [TestCase("configuration")]
    [TestCase("environment")]
    [TestCase("user-secrets")]
    public async Task Key_IsInNothingThatAFailingRunWrites_R9(string source)
    {
        (string, string?)[] settings = source switch
        {
            "environment" => [("LlmRouting:Providers:p0:ApiKey", null), ("LlmRouting:Providers:p0:Properties:ApiKeyEnvironmentVariable", Variable)],
            "user-secrets" => [("LlmRouting:Providers:p0:ApiKey", null)],
            _ => [],
        };
        string secrets = $"llmrouting-tests-{Guid.NewGuid():N}";
        string secretsPath = PathHelper.GetSecretsPathFromSecretsId(secrets);
        if (source == "user-secrets")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(secretsPath)!); // a file in a folder of its own
            await File.WriteAllTextAsync(secretsPath, $$"""{"LlmRouting:Providers:p0:ApiKey":"{{WireDialect.Key}}"}""");
        }

        Environment.SetEnvironmentVariable(Variable, WireDialect.Key);
        try
        {
            foreach ((string name, Func<HttpContext, Task> reply) in Replies)
            {
                foreach (bool streaming in new[] { false, true })
                {
                    string written = await RunAsync(reply, streaming, settings, source == "user-secrets" ? secrets : null);

                    Assert.That(written, Does.Not.Contain(WireDialect.Key), $"{name}, streaming {streaming}");
                    Assert.That(written, Does.Contain(nameof(RouteFailedException)), $"{name}, streaming {streaming}");
                }
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
            if (Directory.Exists(Path.GetDirectoryName(secretsPath)))
            {
                Directory.Delete(Path.GetDirectoryName(secretsPath)!, recursive: true); // it was asked for just now
            }
        }
    }

    [Test]
    public void Key_ThatNoHeaderCanHoldIsInNoMessage_R9()
    {
        ArgumentException? thrown = Assert.Throws<ArgumentException>(
            () => dialect.Provider().CreateClient(new() { Provider = "p", Kind = dialect.Kind, ModelId = "m", ApiKey = $"{WireDialect.Key}\n" + "x" }));

        Assert.That(thrown!.ToString(), Does.Not.Contain(WireDialect.Key));
    }

    private async Task<string> RunAsync(Func<HttpContext, Task> reply, bool streaming, (string, string?)[] settings, string? secrets)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(reply);
        using RoutedClient routed = new(
            dialect, configuration => { if (secrets is not null) { configuration.AddUserSecrets(secrets); } }, null, settings, server.Address);

        Exception? thrown = await Assert.CatchAsync(() => routed.Chat.AskAsync(streaming));

        StringBuilder written = new();
        foreach (string line in routed.Log.Lines)
        {
            written.AppendLine(line);
        }

        foreach (RoutingOutcome outcome in routed.Observer.Outcomes)
        {
            written.AppendLine(outcome.ToString()).AppendLine(outcome.Decision.ToString());
            foreach (RoutingAttempt attempt in outcome.Attempts)
            {
                written.AppendLine($"{attempt} {attempt.Reason} {attempt.AnsweredBy}");
            }
        }

        for (Exception? current = thrown; current is not null; current = current.InnerException)
        {
            written.AppendLine(current.ToString()).AppendLine(current.Message);
            foreach (System.Collections.DictionaryEntry entry in current.Data)
            {
                written.AppendLine($"{entry.Key}: {entry.Value}");
            }
        }

        Assert.That(server.Requests, Has.Count.EqualTo(1));
        Assert.That(string.Join(' ', server.Single.Headers.Values), Does.Contain(WireDialect.Key), "the service got the key");
        return written.ToString();
    }
}
