using System.Text.RegularExpressions;
using LlmRouting.TextAnalysis;
using LlmRouting.Validation;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Validation;

public sealed class TextValidatorTests
{
    private static readonly string Megabyte = string.Concat(Enumerable.Repeat("lorem \ud800ipsum ", 70_000));

    [TestCase("I'm sorry, but I can't help with that.", true)]
    [TestCase("I\u2019m sorry, but I can\u2019t help with that.", true)]
    [TestCase("**I cannot assist with this request.**", true)]
    [TestCase("Thanks for asking! Unfortunately, I cannot do that.", true)]
    [TestCase("<think>He wants X.</think>\nI cannot provide that.", true)]
    [TestCase("Es tut mir leid, aber ich kann das nicht tun.", true)]
    [TestCase("Je ne peux pas vous aider avec cela.", true)]
    [TestCase("Lo siento, pero no puedo ayudarte con eso.", true)]
    [TestCase("No puedo ayudarte.", true)]
    [TestCase("\u0418\u0437\u0432\u0438\u043d\u0438\u0442\u0435, \u043d\u043e \u044f \u043d\u0435 \u043c\u043e\u0433\u0443 \u0441 \u044d\u0442\u0438\u043c \u043f\u043e\u043c\u043e\u0447\u044c.", true)]
    [TestCase("\u62b1\u6b49\uff0c\u6211\u65e0\u6cd5\u5e2e\u52a9\u60a8\u3002", true)]
    [TestCase("\u7533\u3057\u8a33\u3042\u308a\u307e\u305b\u3093\u304c\u3001\u304a\u624b\u4f1d\u3044\u3067\u304d\u307e\u305b\u3093\u3002", true)]
    [TestCase("I can't wait to show you this! Here is the code.", false)]
    [TestCase("\"I'm sorry, but I can't help with that\" is a typical refusal.", false)]
    [TestCase("> I cannot assist with that.\n\nThat line is a refusal.", false)]
    [TestCase("The model said: I cannot help with that.", false)]
    [TestCase("Write: \"I'm unable to attend.\"", false)]
    [TestCase("You can't assist both.", false)]
    [TestCase("Sorry for the wait. Here is your answer.", false)]
    [TestCase("I cannot helpfully summarise this in one word, so here are two.", false)]
    [TestCase("{\"text\":\"I cannot help with that.\"}", false)]
    [TestCase("Paris.", false)]
    [TestCase("", false)]
    public void Refusal_IsToldByTheStartOfTheFirstSentences(string text, bool isRefusal) =>
        Assert.That(new RefusalValidator().Verdict(text), Is.EqualTo(isRefusal ? ValidationVerdictKind.Reject : ValidationVerdictKind.Accept));

    [Test]
    public void Refusal_IsNotLookedForDeepInTheAnswer()
    {
        RefusalValidator validator = new(new RefusalValidationSettings { MaxSentences = 100 });

        Assert.That(validator.Verdict(new string('x', 390) + ". I cannot help with that."), Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.That(validator.Verdict(Megabyte), Is.EqualTo(ValidationVerdictKind.Accept));
    }

    [Test]
    public void Refusal_TakesPhrasesAndHedgesOfTheHost()
    {
        RefusalValidator validator = new(new RefusalValidationSettings { Phrases = ["nope*"], Hedges = RefusalPhrases.Hedges });

        Assert.That(validator.Verdict("Nopety."), Is.EqualTo(ValidationVerdictKind.Reject));
        Assert.That(validator.Verdict("I don't know."), Is.EqualTo(ValidationVerdictKind.Reject));
        Assert.That(validator.Verdict("I cannot help with that."), Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.Throws<ArgumentException>(() => _ = new RefusalValidator(new RefusalValidationSettings { Phrases = [" "] }));
    }

    [Test]
    public void EveryRefusalPhrase_IsFound()
    {
        RefusalValidator validator = new();
        foreach (string phrase in RefusalPhrases.Refusals)
        {
            Assert.That(validator.Verdict(phrase.TrimEnd('*').ToUpperInvariant()), Is.EqualTo(ValidationVerdictKind.Reject), phrase);
        }
    }

    [TestCase("stop", ValidationVerdictKind.Accept)]
    [TestCase("tool_calls", ValidationVerdictKind.Accept)]
    [TestCase("length", ValidationVerdictKind.Reject)]
    [TestCase("content_filter", ValidationVerdictKind.Reject)]
    public void FinishReason_MustBeAnEnd(string reason, ValidationVerdictKind kind)
    {
        FinishReasonValidator validator = new();

        Assert.That(validator.Judge(Answers.Request(), Answers.Text("x", new ChatFinishReason(reason))).Kind, Is.EqualTo(kind));
        Assert.That(
            validator.Inspect(Answers.Request())!.Add(new ChatResponseUpdate { FinishReason = new ChatFinishReason(reason) }) is null,
            Is.EqualTo(kind == ValidationVerdictKind.Accept));
        Assert.That(
            new FinishReasonValidator(new FinishReasonValidationSettings { RejectLength = false, RejectContentFilter = false })
                .Judge(Answers.Request(), Answers.Text("x", new ChatFinishReason(reason))).Kind,
            Is.EqualTo(ValidationVerdictKind.Accept));
    }

    [TestCase("one two three", ValidationVerdictKind.Accept)]
    [TestCase("one", ValidationVerdictKind.Repair)]
    [TestCase("one two three four five", ValidationVerdictKind.Repair)]
    [TestCase("\u4e00\u4e8c\u4e09", ValidationVerdictKind.Accept)]
    [TestCase("\u4e00\u4e8c\u4e09\u56db\u4e94", ValidationVerdictKind.Repair)]
    public void Length_IsHeldToItsWords(string text, ValidationVerdictKind kind)
    {
        ValidationVerdict verdict = new LengthValidator(new LengthValidationSettings { MinWords = 2, MaxWords = 4 }).Judge(Answers.Request(), Answers.Text(text));

        Assert.That(verdict.Kind, Is.EqualTo(kind));
        Assert.That(verdict.Instruction, kind == ValidationVerdictKind.Accept ? Is.Null : Does.Contain("at least 2 words").And.Contain("at most 4 words"));
    }

    [Test]
    public void Length_StopsAStreamThatGrowsTooLong_AndNoOther([Values(1, 3, 64)] int size)
    {
        LengthValidator validator = new(new LengthValidationSettings { MaxCharacters = 10, Repair = false });

        Assert.That(validator.Inspect(Answers.Request())!.Feed("0123456789", size).Reason, Is.Null);
        Assert.That(validator.Inspect(Answers.Request())!.Feed("0123456789a", size).Reason, Is.Not.Null);
        Assert.That(validator.Verdict("0123456789a"), Is.EqualTo(ValidationVerdictKind.Reject));
        Assert.That(new LengthValidator(new LengthValidationSettings { MinWords = 1 }).Inspect(Answers.Request()), Is.Null);
        Assert.That(validator.Verdict(Megabyte), Is.EqualTo(ValidationVerdictKind.Reject));
    }

    [Test]
    public void Length_IsCountedAlikeInPiecesAndWhole()
    {
        const string Text = "It's a don't-care, \u4e16\u754c 42nd \u041f\u0440\u0438\u0432\u0435\u0442 caf\u00e9";
        WordCounter whole = default;
        whole.Add(Text);
        WordCounter pieces = default;
        foreach (char c in Text)
        {
            pieces.Add([c]);
        }

        Assert.That((pieces.Words, pieces.Characters), Is.EqualTo((whole.Words, whole.Characters)));
    }

    [Test]
    public void Length_ChecksItsBounds()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new LengthValidator(new LengthValidationSettings { MinWords = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new LengthValidator(new LengthValidationSettings { MinCharacters = 5, MaxCharacters = 4 }));
    }

    [TestCase("What is the capital of France?", "The capital of France is Paris, of course.", true)]
    [TestCase("What is the capital of France?", "\u0421\u0442\u043e\u043b\u0438\u0446\u0430 \u0424\u0440\u0430\u043d\u0446\u0438\u0438 \u2014 \u041f\u0430\u0440\u0438\u0436, \u043a\u043e\u043d\u0435\u0447\u043d\u043e.", false)]
    [TestCase("What is the capital of France?", "\u6cd5\u56fd\u7684\u9996\u90fd\u662f\u5df4\u9ece\u8fd9\u662f\u4e00\u4e2a\u975e\u5e38\u8457\u540d\u7684\u57ce\u5e02\u6709\u5f88\u591a\u4eba\u4f4f\u5728\u90a3\u91cc", false)]
    [TestCase("\u041a\u0430\u043a\u0430\u044f \u0441\u0442\u043e\u043b\u0438\u0446\u0430 \u0424\u0440\u0430\u043d\u0446\u0438\u0438?", "The capital of France is Paris, of course.", false)]
    [TestCase("\u041a\u0430\u043a\u0430\u044f \u0441\u0442\u043e\u043b\u0438\u0446\u0430 \u0424\u0440\u0430\u043d\u0446\u0438\u0438?", "\u041f\u0430\u0440\u0438\u0436.", true)]
    [TestCase("\u041a\u0430\u043a\u0430\u044f \u0441\u0442\u043e\u043b\u0438\u0446\u0430 \u0424\u0440\u0430\u043d\u0446\u0438\u0438?", "Paris", true)]
    [TestCase("\u30d5\u30e9\u30f3\u30b9\u306e\u9996\u90fd\u306f\uff1f", "\u30d5\u30e9\u30f3\u30b9\u306e\u9996\u90fd\u306f\u30d1\u30ea\u3067\u3059\u3002\u4eba\u53e3\u306f\u7d04\u4e8c\u767e\u4e07\u4eba\u3067\u3001\u4e16\u754c\u6709\u6570\u306e\u89b3\u5149\u90fd\u5e02\u3067\u3059\u3002", true)]
    [TestCase("\u041d\u0430\u043f\u0438\u0448\u0438 \u043a\u043e\u0434", "\u0412\u043e\u0442 \u043a\u043e\u0434, \u043a\u043e\u0442\u043e\u0440\u044b\u0439 \u0442\u044b \u043f\u0440\u043e\u0441\u0438\u043b:\n```python\nfor index in range(100):\n    print(index, some_function(index))\n```", true)]
    [TestCase("12 + 30 = ?", "\u0421\u043e\u0440\u043e\u043a \u0434\u0432\u0430 \u2014 \u044d\u0442\u043e \u043f\u0440\u0430\u0432\u0438\u043b\u044c\u043d\u044b\u0439 \u043e\u0442\u0432\u0435\u0442.", true)]
    public void Language_FollowsTheScriptOfTheQuestion(string question, string answer, bool isAccepted) =>
        Assert.That(
            new LanguageValidator().Verdict(answer, Answers.Request(text: question)),
            Is.EqualTo(isAccepted ? ValidationVerdictKind.Accept : ValidationVerdictKind.Repair));

    [Test]
    public void Language_CanBeGiven()
    {
        LanguageValidator validator = new(new LanguageValidationSettings { Script = TextScript.Cyrillic });

        Assert.That(validator.Judge(Answers.Request(), Answers.Text(Megabyte)).Instruction, Does.Contain("Cyrillic"));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new LanguageValidator(new LanguageValidationSettings { MinShare = 0 }));
    }

    [TestCase("Order 1234 is on its way", ValidationVerdictKind.Accept)]
    [TestCase("Your order is on its way", ValidationVerdictKind.Reject)]
    [TestCase("Order 1234 costs DRAFT", ValidationVerdictKind.Reject)]
    public void Regex_MustAndMustNotMatch(string text, ValidationVerdictKind kind) =>
        Assert.That(new RegexValidator(new RegexValidationSettings { MustMatch = @"\d{4}", MustNotMatch = "DRAFT" }).Verdict(text), Is.EqualTo(kind));

    [Test]
    public void Regex_ThatWouldRunForYears_IsBounded()
    {
        string bomb = new string('a', 100_000) + "!";
        RegexValidator linear = new(new RegexValidationSettings { MustMatch = "^(a+)+$" });
        RegexValidator backtracking = new(new RegexValidationSettings { MustMatch = "^(?=a)(a+)+$", Timeout = TimeSpan.FromMilliseconds(20) });
        RegexValidator lenient = new(new RegexValidationSettings { MustNotMatch = "^(?=a)(a+)+$", Timeout = TimeSpan.FromMilliseconds(20), AcceptOnTimeout = true });

        Assert.That(linear.Judge(Answers.Request(), Answers.Text(bomb)).Reason, Is.EqualTo("the answer does not match its pattern"));
        Assert.That(backtracking.Judge(Answers.Request(), Answers.Text(bomb)).Reason, Is.EqualTo("matching the answer took too long"));
        Assert.That(lenient.Verdict(bomb), Is.EqualTo(ValidationVerdictKind.Accept));
    }

    [Test]
    public void Regex_ChecksItsSettings_AndInstructs()
    {
        RegexValidator validator = new(new RegexValidationSettings { MustMatch = "x", Instruction = "Say x.", Options = RegexOptions.IgnoreCase | RegexOptions.Compiled }, "x");

        Assert.That(validator.Judge(Answers.Request(), Answers.Text("y")).Instruction, Is.EqualTo("Say x."));
        Assert.That(validator.Verdict("X"), Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.That(validator.Name, Is.EqualTo("x"));
        Assert.Throws<ArgumentException>(() => _ = new RegexValidator(new RegexValidationSettings()));
        Assert.Throws<RegexParseException>(() => _ = new RegexValidator(new RegexValidationSettings { MustMatch = "(" }));
    }

    [TestCase("The cat sat.", ValidationVerdictKind.Accept)]
    [TestCase("A CAT!", ValidationVerdictKind.Accept)]
    [TestCase("A category.", ValidationVerdictKind.Repair)]
    [TestCase("cat and bad word", ValidationVerdictKind.Repair)]
    [TestCase("cat and badly", ValidationVerdictKind.Accept)]
    public void Content_LooksForWholeWords(string text, ValidationVerdictKind kind) =>
        Assert.That(new ContentValidator(new ContentValidationSettings { Required = ["cat"], Forbidden = ["bad", "worse thing"] }).Verdict(text), Is.EqualTo(kind));

    [TestCase("a", ValidationVerdictKind.Accept, ValidationVerdictKind.Reject)]
    [TestCase("a b", ValidationVerdictKind.Accept, ValidationVerdictKind.Accept)]
    [TestCase("c", ValidationVerdictKind.Reject, ValidationVerdictKind.Reject)]
    public void Content_RequiresAnyOrAll(string text, ValidationVerdictKind any, ValidationVerdictKind all)
    {
        ContentValidationSettings settings = new() { Required = ["a", "b"], Repair = false };

        Assert.That(new ContentValidator(settings with { RequireAny = true }).Verdict(text), Is.EqualTo(any));
        Assert.That(new ContentValidator(settings).Verdict(text), Is.EqualTo(all));
    }

    [Test]
    public void Content_FindsWordsOfUnspacedScripts_AndChecksItsSettings()
    {
        Assert.That(new ContentValidator(new ContentValidationSettings { Required = ["\u5df4\u9ece"] }).Verdict("\u9996\u90fd\u662f\u5df4\u9ece\u3002"), Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.That(new ContentValidator(new ContentValidationSettings { Forbidden = ["ipsu"] }).Verdict(Megabyte), Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.Throws<ArgumentException>(() => _ = new ContentValidator(new ContentValidationSettings()));
        Assert.Throws<ArgumentException>(() => _ = new ContentValidator(new ContentValidationSettings { Required = [""] }));
    }

    [Test]
    public void OnlyToolCalls_PassEveryCheckOfText()
    {
        ChatResponse call = Answers.Contents(new FunctionCallContent("1", "f"));
        IResponseValidator[] validators =
        [
            new LengthValidator(new LengthValidationSettings { MinWords = 1 }), new RegexValidator(new RegexValidationSettings { MustMatch = "x" }),
            new ContentValidator(new ContentValidationSettings { Required = ["x"] }), new RefusalValidator(), new LanguageValidator(),
        ];

        foreach (IResponseValidator validator in validators)
        {
            Assert.That(validator.Judge(Answers.Request(), call).Kind, Is.EqualTo(ValidationVerdictKind.Accept), validator.Name);
        }
    }

    [Test]
    public async Task Delegate_JudgesAtOnceOrInItsOwnTime()
    {
        DelegateValidator atOnce = new("d", static (_, response) => response.Text == "x" ? ValidationVerdict.Accept : ValidationVerdict.Reject("no x"));
        DelegateValidator slow = new("s", static async (_, _, cancellationToken) =>
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            return ValidationVerdict.Reject("never");
        });

        Assert.That(atOnce.Verdict("x"), Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.That(atOnce.Verdict("y"), Is.EqualTo(ValidationVerdictKind.Reject));
        Assert.That((await slow.ValidateAsync(Answers.Request(), Answers.Text(""), default)).Reason, Is.EqualTo("never"));
        Assert.Throws<ArgumentNullException>(() => _ = new DelegateValidator("n", (Func<RoutingRequest, ChatResponse, ValidationVerdict>)null!));
    }
}
