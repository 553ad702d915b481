namespace LlmRouting.Core.Tests.Support;

/// <summary>Is a classifier whose answers a test writes.</summary>
internal sealed class FakeClassifier(string name, Func<RoutingRequest, CancellationToken, ValueTask<Classification>> classify) : IRequestClassifier
{
    private int _calls;

    public FakeClassifier(double complexity, double confidence = 0.9, string? category = null, string? label = null, string name = "fake")
        : this(name, (_, _) => new(Make.Classification(complexity, confidence, category, label)))
    {
    }

    public string Name => name;

    public int Calls => _calls;

    public ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return classify(request, cancellationToken);
    }
}
