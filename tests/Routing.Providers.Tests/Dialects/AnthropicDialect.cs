using LlmRouting.Providers.Anthropic;

namespace LlmRouting.Providers.Tests.Dialects;

/// <summary>Anthropic's messages.</summary>
public sealed class AnthropicDialect : WireDialect
{
    public override string Kind => "anthropic";

    public override string Opening =>
        Event("message_start", """{"type":"message_start","message":{"id":"r1","type":"message","role":"assistant","model":"served","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":1}}}""")
        + Event("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""");

    public override string Ending =>
        Event("content_block_stop", """{"type":"content_block_stop","index":0}""")
        + Event("message_delta", """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":3}}""")
        + Event("message_stop", """{"type":"message_stop"}""");

    public override string KeepAlive => Event("ping", """{"type":"ping"}""");

    public override string BrokenFrame => Event("content_block_delta", """{"type":"content_block_delta","index":0,"delta":{""");

    public override string Answer(string text) =>
        $$$"""{"id":"r1","type":"message","role":"assistant","model":"served","content":[{"type":"text","text":{{{Quote(text)}}}}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":3}}""";

    public override string Piece(string text) =>
        Event("content_block_delta", $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":{{{Quote(text)}}}}}""");

    public override string Failure(string type, string message) =>
        $$$"""{"type":"error","error":{"type":{{{Quote(type)}}},"message":{{{Quote(message)}}}},"request_id":"req_1"}""";

    public override string ErrorFrame(string type, string message) => Event("error", Failure(type, message));

    public override IModelProvider Provider(TimeProvider? timeProvider = null) => new AnthropicProvider(timeProvider);

    public override IFailureClassifier Classifier(TimeProvider? timeProvider = null) => new AnthropicFailureClassifier();

    public static string Event(string type, string data) => $"event: {type}\ndata: {data}\n\n";
}
