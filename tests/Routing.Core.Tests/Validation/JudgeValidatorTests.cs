using LlmRouting.Testing;
using LlmRouting.Validation;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Validation;

public sealed class JudgeValidatorTests
{
    [TestCase("""{"accept": true, "score": 0.9, "reason": "good"}""", ValidationVerdictKind.Accept)]
    [TestCase("""{"accept": false, "score": 0.9, "reason": "bad"}""", ValidationVerdictKind.Reject)]
    [TestCase("""{"accept": true, "score": 0.1, "reason": "weak"}""", ValidationVerdictKind.Reject)]
    [TestCase("""{"accept": true}""", ValidationVerdictKind.Accept)]
    [TestCase("""{"score": 0.2}""", ValidationVerdictKind.Reject)]
    [TestCase("```json\n{\"accept\": false}\n```", ValidationVerdictKind.Reject)]
    [TestCase("I think it is fine.", ValidationVerdictKind.Accept)]
    [TestCase("[]", ValidationVerdictKind.Accept)]
    [TestCase("", ValidationVerdictKind.Accept)]
    public void Judgement_Counts_WhenItCanBeUnderstood(string judgement, ValidationVerdictKind kind)
    {
        ValidationVerdict verdict = new JudgeValidator(new FakeChatClient(judgement)).Judge(Answers.Request(), Answers.Text("An answer."));

        Assert.That(verdict.Kind, Is.EqualTo(kind));
        Assert.That(verdict.Reason, Does.Not.Contain("bad").And.Not.Contain("weak"));
    }

    [TestCase("""{"accept": true, "score": 0.8}""", 0.8)]
    [TestCase("""{"accept": true, "score": 8}""", null)]
    [TestCase("""{"accept": true}""", null)]
    public void Score_IsPassedOn(string judgement, double? score) =>
        Assert.That(new JudgeValidator(new FakeChatClient(judgement)).Judge(Answers.Request(), Answers.Text("x")).Score, Is.EqualTo(score));

    [Test]
    public void Repair_HandsTheJudgesReasonOn()
    {
        JudgeValidator judge = new(new FakeChatClient("""{"accept":false,"reason":"It names no source."}"""), new JudgeSettings { Repair = true });

        Assert.That(judge.Judge(Answers.Request(), Answers.Text("x")).Instruction, Does.Contain("It names no source."));
    }

    [Test]
    public void Prompt_HoldsQuestionAnswerAndCriteria_Shortened_BetweenMarksOfTheCall()
    {
        FakeChatClient client = new("""{"accept":true}""");
        Queue<double> chances = new([0.25, 0.75]);
        JudgeValidator judge = new(client, new JudgeSettings { Criteria = "Be brief.", MaxCharacters = 100 }, chance: chances.Dequeue);

        judge.Judge(Answers.Request(text: "Why?"), Answers.Text(new string('x', 1_000_000) + "end"));
        judge.Judge(Answers.Request(text: "Why?"), Answers.Text("y"));

        string[] prompts = [.. client.Calls.Select(static call => string.Join('\n', call.Messages.Select(static message => message.Text)))];
        Assert.That(prompts[0], Does.Contain("Why?").And.Contain("Be brief.").And.Contain("xend").And.Contain("====250000000===="));
        Assert.That(prompts[0], Has.Length.LessThan(2_000));
        Assert.That(prompts[1], Does.Contain("====750000000===="));
        Assert.That(client.Calls[0].Options!.ResponseFormat, Is.EqualTo(ChatResponseFormat.Json));
    }

    [Test]
    public void FailingJudge_HasAccepted()
    {
        JudgeValidator judge = new(FakeChatClient.Throwing(static () => new InvalidOperationException()));

        Assert.That(judge.Verdict("x"), Is.EqualTo(ValidationVerdictKind.Accept));
    }

    [Test]
    public async Task SlowJudge_HasAccepted_WhenItsTimeIsOver()
    {
        ManualTimeProvider clock = new();
        JudgeValidator judge = new(FakeChatClient.Hanging(), timeProvider: clock);

        Task<ValidationVerdict> pending = judge.ValidateAsync(Answers.Request(), Answers.Text("x"), CancellationToken.None).AsTask();
        Assert.That(pending.IsCompleted, Is.False);
        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.That((await pending).Kind, Is.EqualTo(ValidationVerdictKind.Accept));
    }

    [Test]
    public void CallersCancellation_Wins()
    {
        using CancellationTokenSource source = new();
        JudgeValidator judge = new(FakeChatClient.Hanging());
        Task<ValidationVerdict> pending = judge.ValidateAsync(Answers.Request(), Answers.Text("x"), source.Token).AsTask();

        source.Cancel();

        Assert.That(async () => await pending, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Budget_BoundsTheCallsOfAMinute()
    {
        ManualTimeProvider clock = new();
        FakeChatClient client = new("""{"accept":false}""");
        JudgeValidator judge = new(client, new JudgeSettings { MaxCallsPerMinute = 2 }, clock);

        ValidationVerdictKind[] first = [judge.Verdict("x"), judge.Verdict("x"), judge.Verdict("x")];
        clock.Advance(TimeSpan.FromSeconds(59));
        ValidationVerdictKind before = judge.Verdict("x");
        clock.Advance(TimeSpan.FromSeconds(1));
        ValidationVerdictKind after = judge.Verdict("x");

        Assert.That(first, Is.EqualTo(new[] { ValidationVerdictKind.Reject, ValidationVerdictKind.Reject, ValidationVerdictKind.Accept }));
        Assert.That((before, after), Is.EqualTo((ValidationVerdictKind.Accept, ValidationVerdictKind.Reject)));
        Assert.That(client.Calls, Has.Count.EqualTo(3));
    }

    [Test]
    public void Budget_HoldsForManyThreads()
    {
        FakeChatClient client = new("""{"accept":true}""");
        JudgeValidator judge = new(client, new JudgeSettings { MaxCallsPerMinute = 50 }, new ManualTimeProvider());

        Parallel.For(0, 1_000, _ => judge.Verdict("x"));

        Assert.That(client.Calls, Has.Count.EqualTo(50));
        Assert.That(judge.Calls, Is.EqualTo(50));
    }

    [Test]
    public void Share_IsDrawn()
    {
        FakeChatClient client = new("""{"accept":false}""");
        double chance = 0;
        JudgeValidator judge = new(client, new JudgeSettings { Share = 0.3 }, chance: () => chance);

        ValidationVerdictKind below = judge.Verdict("x");
        chance = 0.3;
        ValidationVerdictKind above = judge.Verdict("x");

        Assert.That((below, above), Is.EqualTo((ValidationVerdictKind.Reject, ValidationVerdictKind.Accept)));
    }

    [Test]
    public void Cost_IsTold()
    {
        List<UsageDetails?> told = [];
        JudgeValidator judge = new(new FakeChatClient("""{"accept":true}"""), new JudgeSettings { OnJudged = told.Add });

        judge.Verdict("x");
        judge.Verdict("x");

        Assert.That((judge.Calls, judge.TokensUsed, told.Count), Is.EqualTo((2L, 30L, 2)));
    }

    [Test]
    public void ListenerThatThrows_HasNoSay()
    {
        JudgeValidator judge = new(new FakeChatClient("""{"accept":false}"""), new JudgeSettings { OnJudged = static _ => throw new InvalidOperationException() });

        Assert.That(judge.Verdict("x"), Is.EqualTo(ValidationVerdictKind.Reject));
    }

    [Test]
    public void BrokenReason_DoesNotSaveABadAnswer()
    {
        JudgeValidator judge = new(new FakeChatClient("""{"accept":false,"reason":"\ud800"}"""), new JudgeSettings { Repair = true });

        Assert.That(judge.Verdict("x"), Is.EqualTo(ValidationVerdictKind.Repair));
    }

    [Test]
    public void AnswerWithoutText_IsNotJudged()
    {
        FakeChatClient client = new("""{"accept":false}""");

        Assert.That(new JudgeValidator(client).Judge(Answers.Request(), Answers.Contents(new FunctionCallContent("1", "f"))).Kind, Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.That(client.Calls, Is.Empty);
    }

    [Test]
    public void Settings_AreChecked()
    {
        FakeChatClient client = new();

        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new JudgeValidator(client, new JudgeSettings { MinScore = 1.1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new JudgeValidator(client, new JudgeSettings { Share = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new JudgeValidator(client, new JudgeSettings { Timeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new JudgeValidator(client, new JudgeSettings { MaxCallsPerMinute = -1 }));
    }
}
