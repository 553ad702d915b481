using LlmRouting.Providers.OpenAICompatible;

namespace LlmRouting.Providers.Tests.Dialects;

/// <summary>OpenAI's chat completions.</summary>
public sealed class OpenAIDialect : WireDialect
{
    private const string Usage = """{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}""";

    public override string Kind => "openai";

    public override string Opening => Data("""{"id":"r1","model":"served","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""");

    public override string Ending =>
        Data("""{"id":"r1","model":"served","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""")
        + Data($$$"""{"id":"r1","model":"served","choices":[],"usage":{{{Usage}}}}""")
        + Data("[DONE]");

    public override string KeepAlive => ": keep-alive\n\n";

    public override string BrokenFrame => Data("""{"id":"r1","choices":[""");

    public override string Answer(string text) =>
        $$$"""{"id":"r1","model":"served","choices":[{"index":0,"message":{"role":"assistant","content":{{{Quote(text)}}}},"finish_reason":"stop"}],"usage":{{{Usage}}}}""";

    public override string Piece(string text) =>
        Data($$$"""{"id":"r1","model":"served","choices":[{"index":0,"delta":{"content":{{{Quote(text)}}}},"finish_reason":null}]}""");

    public override string Failure(string type, string message) => $$$"""{"error":{"type":{{{Quote(type)}}},"message":{{{Quote(message)}}}}}""";

    public override string ErrorFrame(string type, string message) => Data(Failure(type, message));

    public override IModelProvider Provider(TimeProvider? timeProvider = null) => new OpenAICompatibleProvider(OpenAICompatibleKinds.OpenAI, timeProvider);

    public override IFailureClassifier Classifier(TimeProvider? timeProvider = null) => new OpenAIFailureClassifier(timeProvider);

    private static string Data(string data) => $"data: {data}\n\n";
}
