using System.Globalization;
using System.Text.Json;
using LlmRouting.Validation;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Validation;

public sealed class LogprobValidatorTests
{
    [Test]
    public void Measure_GivesMeanWindowAndMargin()
    {
        ChatResponse response = WithLogprobs(Tokens((0.9, 0.05), (0.9, 0.05), (0.4, 0.3), (0.5, 0.4)));

        TokenConfidence confidence = LogprobValidator.Measure(response, windowTokens: 2)!.Value;

        Assert.That(confidence.Tokens, Is.EqualTo(4));
        Assert.That(confidence.MeanProbability, Is.EqualTo(Math.Pow(0.9 * 0.9 * 0.4 * 0.5, 0.25)).Within(1e-9));
        Assert.That(confidence.MinWindowProbability, Is.EqualTo(Math.Sqrt(0.4 * 0.5)).Within(1e-9));
        Assert.That(confidence.MeanMargin, Is.EqualTo((0.85 + 0.85 + 0.1 + 0.1) / 4).Within(1e-9));
    }

    [TestCase(0.9, 0.05, ValidationVerdictKind.Accept)]
    [TestCase(0.5, 0.05, ValidationVerdictKind.Reject)]
    public void LowMean_IsRejected(double first, double second, ValidationVerdictKind kind) =>
        Assert.That(new LogprobValidator().Judge(Answers.Request(), WithLogprobs(Tokens([.. Enumerable.Repeat((first, second), 8)]))).Kind, Is.EqualTo(kind));

    [Test]
    public void LowWindowAndLowMargin_AreRejected_WhenAskedFor()
    {
        ChatResponse response = WithLogprobs(Tokens((0.99, 0), (0.99, 0), (0.2, 0.19), (0.3, 0.29), (0.99, 0), (0.99, 0)));

        Assert.That(Reason(new LogprobValidationSettings { MinMeanProbability = 0 }), Is.EqualTo("the model was sure of its words"));
        Assert.That(Reason(new LogprobValidationSettings { MinMeanProbability = 0, MinWindowProbability = 0.5, WindowTokens = 2 }), Does.Contain("part of the answer"));
        Assert.That(Reason(new LogprobValidationSettings { MinMeanProbability = 0, MinMeanMargin = 0.9 }), Does.Contain("margin"));

        string Reason(LogprobValidationSettings settings) => new LogprobValidator(settings).Judge(Answers.Request(), response).Reason;
    }

    [Test]
    public void MeanProbability_IsTheScore() =>
        Assert.That(
            new LogprobValidator().Judge(Answers.Request(), WithLogprobs(Tokens((0.8, 0.1), (0.8, 0.1), (0.8, 0.1), (0.8, 0.1)))).Score,
            Is.EqualTo(0.8).Within(1e-9));

    [Test]
    public void AnswersWithoutLogprobs_Pass()
    {
        LogprobValidator validator = new(new LogprobValidationSettings { MinMeanProbability = 1 });
        object?[] shapes = [null, "text", 5, Array.Empty<JsonElement>(), Answers.Json("{}"), Answers.Json("[]"), Answers.Json("[1,null,{},{\"logprob\":\"x\"}]")];

        Assert.That(validator.Verdict("x"), Is.EqualTo(ValidationVerdictKind.Accept));
        foreach (object? shape in shapes)
        {
            Assert.That(validator.Judge(Answers.Request(), WithLogprobs(shape)).Kind, Is.EqualTo(ValidationVerdictKind.Accept));
        }
    }

    [Test]
    public void EveryShape_IsRead()
    {
        JsonElement[] tokens = Tokens((0.5, 0.1), (0.5, 0.1), (0.5, 0.1), (0.5, 0.1));
        string list = "[" + string.Join(',', tokens.Select(static token => token.GetRawText())) + "]";
        ChatResponse onMessage = Answers.Text("x");
        onMessage.Messages[0].AdditionalProperties = new() { ["logprobs"] = tokens };
        ChatResponse[] responses = [WithLogprobs(tokens), WithLogprobs(Answers.Json(list)), WithLogprobs(Answers.Json("{\"content\":" + list + "}")), onMessage];

        foreach (ChatResponse response in responses)
        {
            Assert.That(LogprobValidator.Measure(response)!.Value.MeanProbability, Is.EqualTo(0.5).Within(1e-9));
        }
    }

    [Test]
    public void ShortAnswers_AndStrangeNumbers_DoNoHarm()
    {
        LogprobValidator validator = new();

        Assert.That(validator.Judge(Answers.Request(), WithLogprobs(Tokens((0.1, 0), (0.1, 0)))).Kind, Is.EqualTo(ValidationVerdictKind.Accept));
        TokenConfidence confidence = LogprobValidator.Measure(WithLogprobs(Answers.Json("""[{"logprob":-1e300},{"logprob":7},{"logprob":-9999}]""")))!.Value;
        Assert.That(confidence.MeanProbability, Is.InRange(0, 1));
        Assert.That(confidence.MeanMargin, Is.Null);
    }

    [Test]
    public void Settings_AreChecked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new LogprobValidator(new LogprobValidationSettings { MinMeanProbability = 2 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new LogprobValidator(new LogprobValidationSettings { WindowTokens = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => LogprobValidator.Measure(Answers.Text("x"), 0));
    }

    private static ChatResponse WithLogprobs(object? logprobs)
    {
        ChatResponse response = Answers.Text("x");
        response.AdditionalProperties = new() { ["logprobs"] = logprobs };
        return response;
    }

    private static JsonElement[] Tokens(params (double First, double Second)[] tokens) => [.. tokens.Select(static token => Answers.Json(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"token":"t","logprob":{{Log(token.First)}},"top_logprobs":[{"token":"t","logprob":{{Log(token.First)}}},{"token":"u","logprob":{{Log(token.Second)}}}]}""")))];

    private static double Log(double probability) => probability == 0 ? -9999 : Math.Log(probability);
}
