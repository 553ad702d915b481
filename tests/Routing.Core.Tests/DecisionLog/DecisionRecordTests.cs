using System.Text.Json;
using System.Text.RegularExpressions;
using LlmRouting.Core.Tests.Shape;
using LlmRouting.Core.Tests.Support;
using LlmRouting.DecisionLog;
using LlmRouting.Models;
using LlmRouting.TextAnalysis;

namespace LlmRouting.Core.Tests.DecisionLog;

public sealed partial class DecisionRecordTests
{
    [Test]
    [Description("S20 every field is documented, and every documented field is written")]
    public void Fields_AreThoseOfThePage()
    {
        KeepingObserver log = new("0123456789abcdef");
        log.Write(Full());
        log.Write(Full() with { Outcome = null, Error = "NoCandidateException", Text = null });
        HashSet<string> written = [];
        foreach (string line in log.Lines)
        {
            Collect(JsonDocument.Parse(line).RootElement, "", written);
        }

        string page = Repository.Read("docs/decision-log.md");
        IEnumerable<string> documented = Row().Matches(page).Select(static row => row.Groups["name"].Value);

        Assert.That(written, Is.EquivalentTo(documented));
        Assert.That(page, Does.Contain(FormattableString.Invariant($"Fields, version {DecisionRecordWriter.Version}")));
    }

    [Test]
    [Description("R30 what is read is what was written, bit for bit")]
    public void Reader_ReadsWhatWasWritten()
    {
        KeepingObserver log = new();
        DecisionLogEntry entry = Full();
        log.Write(entry);

        LoggedDecision read = log.Records.Single();

        RoutingOutcome outcome = entry.Outcome!;
        RoutingDecision decision = read.Decision!;
        Assert.That(decision.Ranking, Is.EqualTo(outcome.Decision.Ranking));
        Assert.That(decision.Steps, Is.EqualTo(outcome.Decision.Steps));
        Assert.That(decision.AcceptFromScores, Is.EqualTo(outcome.Decision.AcceptFromScores));
        Assert.That((decision.DecidedBy, decision.Confidence, decision.Reason, decision.MaxCostUsd), Is.EqualTo((outcome.Decision.DecidedBy, outcome.Decision.Confidence, outcome.Decision.Reason, outcome.Decision.MaxCostUsd)));
        Assert.That(decision.Elapsed, Is.EqualTo(outcome.Decision.Elapsed));
        Assert.That(decision.Classification, Is.EqualTo(outcome.Decision.Classification));
        Assert.That(read.Features, Is.EqualTo(entry.Features));
        Assert.That((read.Id, read.At, read.ModelId, read.InputTokens, read.OutputTokens), Is.EqualTo((outcome.Id, entry.At, "small", (long?)100, (long?)20)));
        LoggedInputs inputs = read.Inputs!;
        Assert.That(inputs.Answers, Is.EqualTo(entry.Inputs!.Answers.ToArray()));
        Assert.That(inputs.Latencies["small"], Is.EqualTo(TimeSpan.FromTicks(1_234_567)));
        Assert.That(inputs.Latencies["large"], Is.Null);
        Assert.That(inputs.Verdicts.Select(static verdict => (verdict.Strategy, verdict.Verdict.Kind, verdict.Verdict.Confidence, verdict.IsClassified)), Is.EqualTo(new[]
        {
            ("a", StrategyVerdictKind.Abstain, 0.0, false),
            ("b", StrategyVerdictKind.PreferTier, 1.0 / 3, true),
            ("c", StrategyVerdictKind.Rank, 0.1 + 0.2, true),
        }));
        Assert.That(inputs.Verdicts[2].Verdict.Steps, Is.EqualTo(new[] { new CascadeStep("small", 0.7), new CascadeStep("large") }));
    }

    private static void Collect(JsonElement element, string path, HashSet<string> paths)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    Collect(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", paths);
                }

                break;
            case JsonValueKind.Array when element.EnumerateArray().FirstOrDefault().ValueKind == JsonValueKind.Object:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Collect(item, $"{path}[]", paths);
                }

                break;
            default:
                paths.Add(path);
                break;
        }
    }

    // Every field has a value, so that every field is written.
    private static DecisionLogEntry Full()
    {
        RoutableModel[] models = [Make.Model("small"), Make.Model("large")];
        models[0].Endpoints[0].RecordLatency(TimeSpan.FromTicks(1_234_567), firstToken: null, TimeProvider.System);
        DateTimeOffset at = new(2026, 11, 22, 5, 0, 0, 123, TimeSpan.Zero);
        DecisionRecorder recorder = new(at);
        recorder.Freeze(new ModelSnapshot([.. models], at));
        Classification classification = new() { Complexity = 0.1 + 0.2, Confidence = 0.9, Source = "test", Label = "hard", Category = "code", RequiresContext = true };
        recorder.NoteAnswer("slow", null, "ran past its deadline");
        recorder.NoteAnswer("heuristic", classification, null);
        recorder.NoteVerdict("a", StrategyVerdict.Abstain("no rule holds"), isClassified: false);
        recorder.NoteVerdict("b", StrategyVerdict.PreferTier("fast", 1.0 / 3, "x"), isClassified: true);
        recorder.NoteVerdict("c", StrategyVerdict.Cascade([new("small", 0.7), new("large")], 0.05m, 0.1 + 0.2, "x"), isClassified: true);
        recorder.NoteSoft("latency");
        recorder.NoteKeeper("small");
        recorder.Add(new(DecisionStepKind.Excluded, "budget", "large", "budget 'day' has no room"));
        recorder.Add(new(DecisionStepKind.Classified, "heuristic", "hard", "", 0.9, 0.1 + 0.2));
        RequestFeatures features = new()
        {
            EstimatedInputTokens = 100,
            MaxOutputTokens = 50,
            Messages = 3,
            UserTurns = 2,
            TextLength = 400,
            LastUserTextLength = 200,
            Words = 30,
            Questions = 1,
            Sentences = 2,
            HasCode = true,
            CodeRatio = 1.0 / 7,
            NumericExpressions = 1,
            DateExpressions = 2,
            EntityDensity = 0.3,
            ClauseDepth = 1.5,
            Script = TextScript.SoutheastAsian,
            ScriptMix = 0.01,
            Images = 1,
            AudioClips = 2,
            Documents = 3,
            Tools = 4,
            Format = RequestedFormat.JsonSchema,
            IsToolContinuation = true,
            RequiredCapabilities = ModelCapabilities.JsonSchema | ModelCapabilities.Vision,
            IsSampled = true,
        };
        RoutingAttempt attempt = new()
        {
            ModelId = "small",
            Endpoint = "default",
            Result = AttemptResult.Succeeded,
            IsHedge = true,
            Failure = FailureKind.RateLimited,
            Reason = "why",
            RetryAfter = TimeSpan.FromSeconds(1),
            AnsweredBy = "small-1",
            InputTokens = 100,
            OutputTokens = 20,
            CachedInputTokens = 10,
            CacheWriteTokens = 5,
            ReasoningTokens = 3,
            ReportedCostUsd = 0.001m,
            CostUsd = 0.001m,
            Certainty = CostCertainty.Estimated,
            Elapsed = TimeSpan.FromTicks(7_654_321),
            TimeToFirstToken = TimeSpan.FromTicks(1),
            Validation = ValidationResult.Rejected,
            Validator = "json",
            HeldFor = TimeSpan.FromMilliseconds(2),
            UnsentOptions = ["Seed"],
        };
        RoutingDecision decision = new()
        {
            Ranking = ["small", "large"],
            DecidedBy = "c",
            Confidence = 0.1 + 0.2,
            Reason = "x",
            Steps = recorder.ToImmutable(),
            Features = features,
            Elapsed = TimeSpan.FromTicks(12_345),
            Classification = classification,
            AcceptFromScores = [0.7, 0],
            MaxCostUsd = 0.05m,
        };
        return new DecisionLogEntry
        {
            Outcome = new RoutingOutcome("id", decision, [attempt], 0.001m, CostCertainty.Estimated, TimeSpan.FromSeconds(1)) { ReferenceCostUsd = 0.01m },
            Inputs = recorder,
            Hints = new RoutingHints
            {
                Policy = "p",
                UserTier = "premium",
                Priority = RequestPriority.Background,
                MaxLatency = TimeSpan.FromSeconds(5),
                MaxCostUsd = 0.1m,
                Region = "eu",
                ConversationId = "c",
                UserId = "u",
                BudgetScope = "t",
            },
            Features = features,
            Asked = "small",
            Text = "hello there",
            At = at,
        };
    }

    [GeneratedRegex(@"^\| `(?<name>[A-Za-z.\[\]]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
