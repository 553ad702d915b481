using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Is one request on its way through the router: what was asked, what is known about it.</summary>
/// <remarks>
/// Belongs to one request and is not thread-safe: strategies are asked one after the other. The messages are a snapshot; neither they nor
/// the options may be changed by whoever reads them here.
/// </remarks>
public sealed class RoutingRequest
{
    private readonly IRequestClassifier? _classifier;
    private Classification? _classification;
    private string? _lastUserText;

    /// <summary>Creates a request.</summary>
    /// <param name="messages">The messages, copied once by the caller of this constructor if they may change.</param>
    /// <param name="options">The caller's options; null means none.</param>
    /// <param name="features">What was read off the request; null computes it with <see cref="FeatureExtractor.Default"/>.</param>
    /// <param name="classifier">Who classifies the request when somebody wants to know; null means nobody.</param>
    /// <param name="policy">The policy that applies; null means none.</param>
    /// <param name="isStreaming">Whether the caller asked for a stream.</param>
    /// <exception cref="ArgumentNullException"><paramref name="messages"/> is null.</exception>
    public RoutingRequest(
        IReadOnlyList<ChatMessage> messages,
        ChatOptions? options = null,
        RequestFeatures? features = null,
        IRequestClassifier? classifier = null,
        RoutingPolicy? policy = null,
        bool isStreaming = false)
        : this(messages, options, features, classifier, policy, isStreaming, new DecisionTrace())
    {
    }

    internal RoutingRequest(
        IReadOnlyList<ChatMessage> messages,
        ChatOptions? options,
        RequestFeatures? features,
        IRequestClassifier? classifier,
        RoutingPolicy? policy,
        bool isStreaming,
        DecisionTrace trace)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Messages = messages;
        Options = options;
        Hints = RoutingHints.From(options);
        Features = features ?? FeatureExtractor.Default.Extract(messages, options);
        Policy = policy;
        IsStreaming = isStreaming;
        _classifier = classifier;
        Trace = trace;
    }

    /// <summary>Gets the messages, oldest first.</summary>
    public IReadOnlyList<ChatMessage> Messages { get; }

    /// <summary>Gets the caller's options.</summary>
    /// <value>null when the caller passed none.</value>
    public ChatOptions? Options { get; }

    /// <summary>Gets what the caller told the router.</summary>
    /// <value>Never null; empty when the caller said nothing.</value>
    public RoutingHints Hints { get; }

    /// <summary>Gets what was read off the request.</summary>
    public RequestFeatures Features { get; }

    /// <summary>Gets the policy that the request named.</summary>
    /// <value>null when it named none.</value>
    public RoutingPolicy? Policy { get; }

    /// <summary>Gets whether the caller asked for a stream.</summary>
    public bool IsStreaming { get; }

    /// <summary>Gets the longest expected time for the whole answer: the stricter of the caller's and the policy's limit.</summary>
    /// <value>null means no limit.</value>
    public TimeSpan? MaxLatency =>
        Hints.MaxLatency is not { } hint ? Policy?.MaxLatency : Policy?.MaxLatency < hint ? Policy.MaxLatency : hint;

    /// <summary>Gets the highest cost: the stricter of the caller's and the policy's limit.</summary>
    /// <value>USD; null means no limit.</value>
    public decimal? MaxCostUsd =>
        Hints.MaxCostUsd is not { } hint ? Policy?.MaxCostUsd : Policy?.MaxCostUsd < hint ? Policy.MaxCostUsd : hint;

    /// <summary>Gets what the user wrote last.</summary>
    /// <value>Without blocks such as <c>&lt;system-reminder&gt;</c> that a harness put into the message; empty when there is none.</value>
    public string LastUserText => _lastUserText ??= FindLastUserText();

    /// <summary>Gets the classification, if somebody asked for it already.</summary>
    /// <value>null when nobody has.</value>
    public Classification? KnownClassification => _classification;

    /// <summary>When the decision looked at the clock for the age of latencies, from <see cref="Monotonic"/>; 0 while it has not: once is enough for all models.</summary>
    internal long LatenciesAsOf;

    /// <summary>Gets or sets the endpoint that keeps the conversation which the request carries on.</summary>
    /// <value>null when there is none, or nobody remembers.</value>
    internal string? PinnedEndpoint { get; set; }

    /// <summary>Gets the steps of the decision that is being made.</summary>
    internal DecisionTrace Trace { get; }

    /// <summary>Classifies the request, the first time; later calls return the same answer.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The classification; <see cref="Classification.Unknown"/> when there is nobody to ask.</returns>
    /// <remarks>May call a model, if the host configured a classifier that does: ask only when the answer matters.</remarks>
    public ValueTask<Classification> GetClassificationAsync(CancellationToken cancellationToken)
    {
        if (_classification is { } known)
        {
            return new(known);
        }

        if (_classifier is null)
        {
            return new(_classification = Classification.Unknown);
        }

        ValueTask<Classification> pending = _classifier.ClassifyAsync(this, cancellationToken);
        return pending.IsCompletedSuccessfully ? new(_classification = pending.Result) : AwaitAsync(pending);
    }

    private async ValueTask<Classification> AwaitAsync(ValueTask<Classification> pending) =>
        _classification = await pending.ConfigureAwait(false);

    private string FindLastUserText()
    {
        int index = LastUserMessage.Find(Messages);
        return index < 0 ? string.Empty : LastUserMessage.OwnText(Messages[index]);
    }
}
