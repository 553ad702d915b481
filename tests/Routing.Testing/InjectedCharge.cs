using Microsoft.Extensions.AI;

namespace LlmRouting.Testing;

/// <summary>Is what one call costs at its endpoint, whether or not the caller is told.</summary>
/// <remarks>Thread-safe. Grows while the call runs.</remarks>
public sealed class InjectedCharge
{
    private long _inputTokens;
    private long _outputTokens;

    internal InjectedCharge(string endpoint, FaultCall call, Fault fault)
    {
        Endpoint = endpoint;
        Call = call;
        Fault = fault;
    }

    /// <summary>Gets the endpoint that charges.</summary>
    public string Endpoint { get; }

    /// <summary>Gets the call.</summary>
    public FaultCall Call { get; }

    /// <summary>Gets what went wrong with it.</summary>
    public Fault Fault { get; }

    /// <summary>Gets the input so far.</summary>
    /// <value>Tokens; 0 until the service has read the request.</value>
    public long InputTokens => Interlocked.Read(ref _inputTokens);

    /// <summary>Gets the output so far.</summary>
    /// <value>Tokens; until the inner client reports its usage, one for each update with content.</value>
    public long OutputTokens => Interlocked.Read(ref _outputTokens);

    internal void Read(long inputTokens) => Interlocked.Exchange(ref _inputTokens, inputTokens);

    internal void Write() => Interlocked.Increment(ref _outputTokens);

    internal void Set(UsageDetails usage)
    {
        Interlocked.Exchange(ref _inputTokens, usage.InputTokenCount ?? InputTokens);
        Interlocked.Exchange(ref _outputTokens, usage.OutputTokenCount ?? OutputTokens);
    }
}
