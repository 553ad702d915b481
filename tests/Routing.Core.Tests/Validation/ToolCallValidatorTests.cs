using System.Text.Json;
using LlmRouting.Validation;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Validation;

public sealed class ToolCallValidatorTests
{
    private static readonly AIFunctionDeclaration Weather = AIFunctionFactory.CreateDeclaration(
        "get_weather", "Gets the weather.",
        Answers.Json("""{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","maximum":7}},"required":["city"],"additionalProperties":false}"""));

    private static readonly AIFunctionDeclaration Time = AIFunctionFactory.CreateDeclaration("time", "Gets the time.", Answers.Json("{}"));

    [TestCase("get_weather", """{"city":"Bern"}""", ValidationVerdictKind.Accept)]
    [TestCase("get_weather", """{"city":"Bern","days":3}""", ValidationVerdictKind.Accept)]
    [TestCase("time", "{}", ValidationVerdictKind.Accept)]
    [TestCase("time", """{"any":[1]}""", ValidationVerdictKind.Accept)]
    [TestCase("get_weather", "{}", ValidationVerdictKind.Repair)]
    [TestCase("get_weather", """{"city":null}""", ValidationVerdictKind.Repair)]
    [TestCase("get_weather", """{"city":5}""", ValidationVerdictKind.Repair)]
    [TestCase("get_weather", """{"city":"Bern","days":8}""", ValidationVerdictKind.Repair)]
    [TestCase("get_weather", """{"city":"Bern","land":"CH"}""", ValidationVerdictKind.Repair)]
    [TestCase("get_wether", """{"city":"Bern"}""", ValidationVerdictKind.Repair)]
    public void Call_MustBeOfAnOfferedTool_WithArgumentsThatFit(string name, string arguments, ValidationVerdictKind kind)
    {
        ValidationVerdict verdict = new ToolCallValidator().Judge(Answers.WithTools(Weather, Time), Answers.Contents(Call(name, arguments)));

        Assert.That(verdict.Kind, Is.EqualTo(kind));
        Assert.That(verdict.Reason, Does.Not.Contain("wether").And.Not.Contain("Bern"));
    }

    [Test]
    public void Arguments_ThatCouldNotBeRead_GoBack()
    {
        FunctionCallContent call = new("1", "time") { Exception = new JsonException() };

        Assert.That(new ToolCallValidator().Judge(Answers.WithTools(Time), Answers.Contents(call)).Reason, Is.EqualTo("calls a tool with arguments that cannot be read"));
    }

    [Test]
    public void Arguments_OfTheHostsOwnTypes_Pass()
    {
        FunctionCallContent call = new("1", "get_weather", new Dictionary<string, object?> { ["city"] = new Version(1, 0) });

        Assert.That(new ToolCallValidator().Judge(Answers.WithTools(Weather), Answers.Contents(call)).Kind, Is.EqualTo(ValidationVerdictKind.Accept));
    }

    [Test]
    public void Arguments_OfPlainTypes_AreChecked()
    {
        FunctionCallContent good = new("1", "get_weather", new Dictionary<string, object?> { ["city"] = "Bern", ["days"] = 3 });
        FunctionCallContent bad = new("1", "get_weather", new Dictionary<string, object?> { ["city"] = "Bern", ["days"] = 30L });

        Assert.That(new ToolCallValidator().Judge(Answers.WithTools(Weather), Answers.Contents(good)).Kind, Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.That(new ToolCallValidator().Judge(Answers.WithTools(Weather), Answers.Contents(bad)).Kind, Is.EqualTo(ValidationVerdictKind.Repair));
    }

    [TestCase("<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Bern\"}}\n</tool_call>", true)]
    [TestCase("[TOOL_CALLS] [{\"name\": \"get_weather\"}]", true)]
    [TestCase("<|python_tag|>get_weather.call(city=\"Bern\")", true)]
    [TestCase("<function=get_weather>{\"city\": \"Bern\"}</function>", true)]
    [TestCase("functions.get_weather({\"city\":\"Bern\"})", true)]
    [TestCase("I will call functions.get_weather:0 now", true)]
    [TestCase("{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Bern\"}}", true)]
    [TestCase("```json\n{\"name\": \"get_weather\", \"parameters\": {\"city\": \"Bern\"}}\n```", true)]
    [TestCase("[{\"name\": \"get_weather\", \"arguments\": {}}]", true)]
    [TestCase("{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"arguments\":\"{}\"}}", true)]
    [TestCase("The weather in Bern is fine.", false)]
    [TestCase("{\"name\": \"Bern\", \"arguments\": \"none\"}", false)]
    [TestCase("{\"name\": \"get_weather\"}", false)]
    [TestCase("Wrap the call in `<tool_call>` tags.", false)]
    [TestCase("Wrap it like this:\n```xml\n<tool_call>...</tool_call>\n```", false)]
    [TestCase("Use functions.other_thing(1) in your code.", false)]
    [TestCase("", false)]
    public void LeakedCall_IsSentBack(string text, bool isLeak)
    {
        ValidationVerdict verdict = new ToolCallValidator().Judge(Answers.WithTools(Weather), Answers.Text(text));

        Assert.That(verdict.Kind, Is.EqualTo(isLeak ? ValidationVerdictKind.Repair : ValidationVerdictKind.Accept));
    }

    [Test]
    public void LeakedCall_IsNotLookedFor_WithoutTools() =>
        Assert.That(new ToolCallValidator().Verdict("<tool_call>"), Is.EqualTo(ValidationVerdictKind.Accept));

    [Test]
    public void ToolMode_IsHonoured()
    {
        ToolCallValidator validator = new();
        ChatResponse text = Answers.Text("Hello.");
        ChatResponse time = Answers.Contents(Call("time", "{}"));

        Assert.That(Judge(ChatToolMode.Auto, text), Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.That(Judge(ChatToolMode.RequireAny, text), Is.EqualTo(ValidationVerdictKind.Repair));
        Assert.That(Judge(ChatToolMode.RequireAny, time), Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.That(Judge(ChatToolMode.RequireSpecific("time"), time), Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.That(Judge(ChatToolMode.RequireSpecific("get_weather"), time), Is.EqualTo(ValidationVerdictKind.Repair));
        Assert.That(Judge(ChatToolMode.None, time), Is.EqualTo(ValidationVerdictKind.Repair));
        Assert.That(Judge(ChatToolMode.None, text), Is.EqualTo(ValidationVerdictKind.Accept));

        ValidationVerdictKind Judge(ChatToolMode mode, ChatResponse response) =>
            validator.Judge(Answers.Request(new ChatOptions { Tools = [Weather, Time], ToolMode = mode }), response).Kind;
    }

    [Test]
    public void UnknownCall_Passes_BesideAHostedTool_AndWhenTheProviderCarriedItOut()
    {
        FunctionCallContent done = new("1", "elsewhere") { InformationalOnly = true };

        Assert.That(
            new ToolCallValidator().Judge(Answers.WithTools(Weather, new HostedWebSearchTool()), Answers.Contents(Call("search", "{}"))).Kind,
            Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.That(new ToolCallValidator().Judge(Answers.WithTools(Weather), Answers.Contents(done)).Kind, Is.EqualTo(ValidationVerdictKind.Accept));
    }

    [Test]
    public void ToolWithAnInvalidSchema_TakesAnyArguments()
    {
        AIFunctionDeclaration broken = AIFunctionFactory.CreateDeclaration("broken", "", Answers.Json("""{"type":"nonsense"}"""));

        Assert.That(new ToolCallValidator().Judge(Answers.WithTools(broken), Answers.Contents(Call("broken", "{}"))).Kind, Is.EqualTo(ValidationVerdictKind.Accept));
    }

    [Test]
    public void HostileText_IsTakenInStride()
    {
        foreach (string text in new[] { new string('`', 1_000_000), string.Concat(Enumerable.Repeat("functions.", 100_000)), new string('{', 1_000_000) + "name\"", "`" + string.Concat(Enumerable.Repeat("functions.get_weather(", 50_000)) })
        {
            Assert.That(new ToolCallValidator().Judge(Answers.WithTools(Weather), Answers.Text(text)).Kind, Is.EqualTo(ValidationVerdictKind.Accept));
        }
    }

    private static FunctionCallContent Call(string name, string arguments) => new(
        "1", name, Answers.Json(arguments).EnumerateObject().ToDictionary(
            static property => property.Name, static property => property.Value.ValueKind == JsonValueKind.Null ? null : (object?)property.Value));
}
