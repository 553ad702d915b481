using System.Globalization;

namespace LlmRouting.Core.Tests;

/// <summary>Shows the lines that logs and consoles print (R30).</summary>
public sealed class RecordTextTests
{
    private static readonly object[] Steps =
    [
        new object[] { new DecisionStep(DecisionStepKind.Excluded, "policy", "small", "too weak"), "policy excluded small: too weak" },
        new object[] { new DecisionStep(DecisionStepKind.ConstraintIgnored, "latency", null, "it would leave no model"), "latency was ignored: it would leave no model" },
        new object[] { new DecisionStep(DecisionStepKind.Classified, "heuristic", "code", "", 0.5, 0.25), "heuristic classified the request: complexity 0.25, confidence 0.50, code" },
        new object[] { new DecisionStep(DecisionStepKind.Classified, "heuristic", null, "", 1, 0), "heuristic classified the request: complexity 0.00, confidence 1.00" },
        new object[] { new DecisionStep(DecisionStepKind.Classified, "onnx", "hard", "on Cuda", 1, 0.85), "onnx classified the request: complexity 0.85, confidence 1.00, hard (on Cuda)" },
        new object[] { new DecisionStep(DecisionStepKind.Abstained, "rules", null, "no rule holds"), "rules abstained: no rule holds" },
        new object[] { new DecisionStep(DecisionStepKind.Preferred, "rules", "large", "rule 1", 0.95), "rules preferred large (0.95): rule 1" },
        new object[] { new DecisionStep(DecisionStepKind.Warning, "registry", "old", "the model is deprecated"), "registry warned about old: the model is deprecated" },
        new object[] { new DecisionStep(DecisionStepKind.Warning, "registry", null, "odd"), "registry warned: odd" },
    ];

    private static readonly object[] Outcomes =
    [
        new object[] { Outcome(CostCertainty.Exact, ("large", AttemptResult.Succeeded)), "large via rules (0.95: mentions a contract), 1 attempt, 812 ms, $0.001050" },
        new object[] { Outcome(CostCertainty.Estimated, ("large", AttemptResult.Failed), ("small", AttemptResult.Succeeded)), "small in place of large via rules (0.95: mentions a contract), 2 attempts, 812 ms, about $0.001050" },
        new object[] { Outcome(CostCertainty.AtLeast, ("large", AttemptResult.Truncated)), "large via rules (0.95: mentions a contract), 1 attempt, truncated, 812 ms, at least $0.001050" },
        new object[] { Outcome(CostCertainty.Unknown, ("large", AttemptResult.Failed)), "no answer via rules (0.95: mentions a contract), 1 attempt, 812 ms, cost unknown" },
        new object[] { Outcome(CostCertainty.Exact), "no answer via rules (0.95: mentions a contract), 0 attempts, 812 ms, $0.001050" },
    ];

    [TestCaseSource(nameof(Steps))]
    public void Step_IsASentence(DecisionStep step, string expected) => Assert.That(step.ToString(), Is.EqualTo(expected));

    [TestCaseSource(nameof(Outcomes))]
    public void R30_Outcome_IsTheLogLine(RoutingOutcome outcome, string expected) => Assert.That(outcome.ToString(), Is.EqualTo(expected));

    [Test]
    public void R10_Outcome_NamesWhoReallyAnswered()
    {
        RoutingOutcome outcome = Outcome(CostCertainty.Exact, ("large", AttemptResult.Failed), ("small", AttemptResult.Succeeded));

        Assert.That((outcome.ModelId, outcome.Decision.ModelId), Is.EqualTo(("small", "large")));
        Assert.That(Outcome(CostCertainty.Exact, ("large", AttemptResult.Rejected)).ModelId, Is.Null);
    }

    [Test]
    public void Text_DoesNotDependOnTheCulture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            // A culture with a decimal comma; made by hand, since the tests run without cultures' data.
            CultureInfo comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = comma;

            Assert.That($"{Decision()}", Is.EqualTo("large via rules (0.95: mentions a contract)"));
            Assert.That($"{Outcome(CostCertainty.Exact, ("large", AttemptResult.Succeeded))}", Does.EndWith("812 ms, $0.001050"));
            Assert.That(() => new TierLadder([new("a", 1.5)]), Throws.ArgumentException.With.Message.Contains("1.5"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Test]
    public void EndpointSettings_InText_HoldNoKeyAndNoAddressDetails()
    {
        ModelEndpointSettings settings = new()
        {
            Provider = "openrouter",
            Kind = "openai",
            ModelId = "vendor/model",
            ApiKey = "sk-very-secret",
            Endpoint = new Uri("https://me:secret@host.example:8443/v1?token=secret"),
        };

        Assert.That(settings.ToString(), Is.EqualTo("vendor/model at openrouter (openai, host.example:8443)"));
        Assert.That((settings with { Endpoint = null }).ToString(), Is.EqualTo("vendor/model at openrouter (openai)"));
    }

    [Test]
    public void EndpointSettings_AreEqualByValue()
    {
        ModelEndpointSettings left = new() { Provider = "p", Kind = "k", ModelId = "m", Properties = Frozen("a", "b") };
        ModelEndpointSettings right = left with { Properties = Frozen("a", "b") };

        Assert.That(left, Is.EqualTo(right));
        Assert.That(left.GetHashCode(), Is.EqualTo(right.GetHashCode()));
        Assert.That(left, Is.Not.EqualTo(left with { Properties = Frozen("a", "c") }));
        Assert.That(left, Is.Not.EqualTo(left with { ApiKey = "x" }));
    }

    private static System.Collections.Frozen.FrozenDictionary<string, string> Frozen(string key, string value) =>
        System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary([KeyValuePair.Create(key, value)]);

    private static RoutingDecision Decision() => new()
    {
        Ranking = ["large", "small"],
        DecidedBy = "rules",
        Confidence = 0.95,
        Reason = "mentions a contract",
        Steps = [],
        Features = new RequestFeatures(),
        Elapsed = TimeSpan.Zero,
    };

    private static RoutingOutcome Outcome(CostCertainty certainty, params (string Model, AttemptResult Result)[] attempts) => new(
        "id",
        Decision(),
        [.. attempts.Select(static attempt => new RoutingAttempt { ModelId = attempt.Model, Endpoint = "default", Result = attempt.Result })],
        0.00105m,
        certainty,
        TimeSpan.FromMilliseconds(812));
}
