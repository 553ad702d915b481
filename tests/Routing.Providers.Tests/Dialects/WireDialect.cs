using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.Dialects;

/// <summary>Writes what a service of one format answers, so that one test shows what both adapters make of it.</summary>
public abstract class WireDialect
{
    /// <summary>The key that every client of these tests has.</summary>
    public const string Key = "test-key-1234567890";

    public static WireDialect[] All { get; } = [new OpenAIDialect(), new AnthropicDialect()];

    /// <summary>Gets the kind of provider that speaks it.</summary>
    public abstract string Kind { get; }

    /// <summary>Gets the first frame of a stream, which brings no content.</summary>
    public abstract string Opening { get; }

    /// <summary>Gets the frames that end a stream well, its usage included: 12 tokens in and 3 out.</summary>
    public abstract string Ending { get; }

    /// <summary>Gets what the service sends to keep a connection open.</summary>
    public abstract string KeepAlive { get; }

    /// <summary>Writes a whole answer, which counts as <see cref="Ending"/> does.</summary>
    public abstract string Answer(string text);

    /// <summary>Writes the frame that brings a piece of the answer.</summary>
    public abstract string Piece(string text);

    /// <summary>Writes the body of an error.</summary>
    public abstract string Failure(string type, string message);

    /// <summary>Writes the frame that reports an error in mid-stream.</summary>
    public abstract string ErrorFrame(string type, string message);

    /// <summary>Writes a frame whose data is no JSON.</summary>
    public abstract string BrokenFrame { get; }

    public abstract IModelProvider Provider(TimeProvider? timeProvider = null);

    public abstract IFailureClassifier Classifier(TimeProvider? timeProvider = null);

    /// <summary>Writes a whole stream.</summary>
    public string Stream(params string[] pieces) => Opening + string.Concat(pieces.Select(Piece)) + Ending;

    /// <summary>Answers a request in the mode that it asks for.</summary>
    public Func<HttpContext, Task> Reply(bool streaming, params string[] pieces) =>
        streaming ? LoopbackServer.Sse(Stream(pieces)) : LoopbackServer.Json(Answer(string.Concat(pieces)));

    public IChatClient Client(Uri address, TimeProvider? timeProvider = null, params (string Name, string Value)[] properties) =>
        Provider(timeProvider).CreateClient(new ModelEndpointSettings
        {
            Provider = "somewhere",
            Kind = Kind,
            ModelId = "asked",
            Endpoint = address,
            ApiKey = Key,
            Properties = properties.ToFrozenDictionary(static p => p.Name, static p => p.Value),
        });

    public override string ToString() => Kind;

    protected static string Quote(string text) => JsonSerializer.Serialize(text);
}
