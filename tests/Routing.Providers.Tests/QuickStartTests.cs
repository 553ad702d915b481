using System.Text.RegularExpressions;
using LlmRouting.QuickStart;

namespace LlmRouting.Providers.Tests;

/// <summary>Runs the QuickStart in this process, against its simulated models on loopback.</summary>
[TestFixture]
public sealed class QuickStartTests
{
    [Test]
    public async Task QuickStart_AnswersEverythingAndEndsWithATable()
    {
        (int code, string text) = await RunAsync(["--requests", "12", "--quiet"]);

        Assert.That(code, Is.Zero, text);
        Assert.That(text, Does.Contain("SIMULATED"));
        Assert.That(text, Does.Contain("| Model (simulated) | Share | Requests |"));
        Assert.That(text, Does.Match(@"Answered +13 of 13 calls in .+ 12 requests"));
        Assert.That(text, Does.Match(@"Cost +\$0\.\d+ routed, \$0\.\d+ for the same tokens at the prices of 'large' alone"));
        Assert.That(text, Does.Match(@"Budget +tenant 'trial' got [1-9]\d* answers for \$0\.00\d+; the next request was stopped before any call: Budget 'tenants'"));
        Assert.That(text, Does.Match(@"Log +\d\d records, no text in any of them, in .+\.jsonl"));
        Assert.That(text, Does.Match(@"the last one: refused after .+ ms: .*budget excluded large"));
        Assert.That(text, Does.Match(@"Metrics +[1-9]\d* measurements on [1-9]\d* instruments of the meter 'llm\.routing'"));
        Assert.That(text, Does.Match(@"Attempts +13, of which 0 failed; 0 endpoints were passed over"));
        Assert.That(text, Does.Not.Contain("\u001b"), "a file gets no colours");
        Assert.That(text, Does.Not.Contain("#1 "), "quiet means no line for a request");
    }

    [Test]
    public async Task QuickStart_PrintsOneLineForEachCall()
    {
        (int code, string text) = await RunAsync(["--requests", "12", "--concurrency", "1"]);

        string[] lines = [.. text.Split('\n').Where(static line => line.StartsWith('#'))];
        Assert.That(code, Is.Zero, text);
        Assert.That(lines, Has.Length.EqualTo(13));
        Assert.That(lines, Has.All.Match(@"^#[\d.+]+ +[a-z -]+ +\w+ via [a-z-]+ \(\d\.\d\d: .+\), 1 attempt, \d+ ms, \$0\.\d{6}(, first token \d+ ms)?\r?$"));
        Assert.That(lines[^1], Does.Contain("via affinity"), "a tool's results go to the model that asked for them");
    }

    [TestCase("Unavailable", "Overloaded")]
    [TestCase("Closed", "Network")]
    [TestCase("RateLimited", "RateLimited")]
    [TestCase("Truncated", "")]
    public async Task QuickStart_AnswersEverythingWhileAnEndpointIsDown(string kind, string failure)
    {
        (int code, string text) = await RunAsync(["--requests", "12"], [GreetingsGoTo("balanced"), .. Outage("medium-primary", kind)]);

        Assert.That(code, Is.Zero, text);
        Assert.That(text, Does.Contain("2 attempts").And.Contain($"<- medium/1-primary {failure}"));
        Assert.That(text, Does.Match(@"Failovers +[1-9]\d*: [1-9]\d* to another endpoint"));
    }

    [Test]
    public async Task QuickStart_CountsNoEndpointThatWasPassedOverAsAFailover()
    {
        (int code, string text) = await RunAsync(
            ["--requests", "12", "--concurrency", "1"],
            [GreetingsGoTo("balanced"), new("LlmRouting:Execution:EndpointOrder", "InOrder"), .. Outage("medium-primary", "Unavailable")]);

        int retried = Regex.Count(text, "^#.*, 2 attempts,", RegexOptions.Multiline);
        int passedOver = Regex.Count(text, "^#.*, 1 attempt,.* <- medium/1-primary", RegexOptions.Multiline);
        Assert.That(code, Is.Zero, text);
        Assert.That((retried > 0, passedOver > 0), Is.EqualTo((true, true)), text);
        Assert.That(text, Does.Match($"Failovers +{retried}: {retried} to another endpoint, 0 to another model"));
    }

    [Test]
    public async Task QuickStart_AnswersElsewhereWhileAWholeModelIsDown()
    {
        (int code, string text) = await RunAsync(["--requests", "12"], [GreetingsGoTo("frontier"), .. Outage("large", "Unavailable")]);

        Assert.That(code, Is.Zero, text);
        Assert.That(text, Does.Contain("medium in place of large"));
    }

    [Test]
    public async Task QuickStart_SaysSoWhenARequestIsNotAnswered()
    {
        (int code, string text) = await RunAsync(
            ["--requests", "1"],
            [new("LlmRouting:Execution:MaxAttempts", "1"), .. Outage("small", "Unavailable")]);

        Assert.That(code, Is.EqualTo(1), text);
        Assert.That(text, Does.Contain("no answer via rules").And.Contain("Answered     0 of 1 calls"));
    }

    [Test]
    public async Task QuickStart_ListsEverythingThatIsWrongWithItsConfiguration()
    {
        (int code, string text) = await RunAsync(
            ["--requests", "1"],
            [new("LlmRouting:Models:small:Quality", "7"), new("LlmRouting:Models:large:Tier", "best"), new("LlmRouting:Models:large:Qualty", "1")]);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(4), text);
        Assert.That(text, Does.Contain("LlmRouting:Models:small:Quality is 7; it must be between 0 and 1."));
        Assert.That(text, Does.Contain("LlmRouting:Models:large:Tier is 'best'"));
        Assert.That(text, Does.Contain("did you mean 'Quality'?"));
    }

    [Test]
    public async Task QuickStart_NamesASettingOfTheWrongType()
    {
        (int code, string text) = await RunAsync(["--requests", "1"], [new("LlmRouting:MinConfidence", "much")]);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(text, Does.Contain("LlmRouting:MinConfidence"));
    }

    [TestCase("--fast")]
    [TestCase("--requests")]
    [TestCase("--requests", "0")]
    [TestCase("--requests", "many")]
    [TestCase("--concurrency", "65")]
    public async Task QuickStart_ExplainsItsOptionsWhenItDoesNotUnderstandThem(params string[] args)
    {
        (int code, string text) = await RunAsync(args);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(text, Does.Contain("Usage: QuickStart").And.Contain(args[0]));
    }

    [Test]
    public async Task QuickStart_EndsCleanlyWhenItIsCancelled()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(1));
        using StringWriter output = new();

        int code = await QuickStartApp.RunAsync(["--simulate"], output, cancellationToken: stop.Token);

        Assert.That(code, Is.EqualTo(130));
        Assert.That(output.ToString(), Does.Contain("ancelled").Or.Contain("No request has ended."));
    }

    // So that the model in question is asked, whatever the heuristic makes of the workload.
    private static KeyValuePair<string, string?> GreetingsGoTo(string tier) => new("LlmRouting:Rules:3:PreferTier", tier);

    private static KeyValuePair<string, string?>[] Outage(string endpoint, string kind) =>
    [
        new("Simulators:Outages:test:Endpoint", endpoint),
        new("Simulators:Outages:test:Kind", kind),
        new("Simulators:Outages:test:From", "1"),
        new("Simulators:Outages:test:To", "10000"),
    ];

    // Always simulated: a key in the environment must not make a test spend money.
    private static async Task<(int Code, string Text)> RunAsync(string[] args, KeyValuePair<string, string?>[]? overrides = null)
    {
        using StringWriter output = new();
        int code = await QuickStartApp.RunAsync([.. args, "--simulate"], output, overrides);
        return (code, output.ToString());
    }
}
