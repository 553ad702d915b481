namespace LlmRouting.Replay;

/// <summary>Answers again what a classifier answered, or fails as it failed.</summary>
internal sealed class RecordedClassifier(string name, RecordedAnswer? answer) : IRequestClassifier
{
    public string Name => name;

    public ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken)
    {
        if (answer is not { } known)
        {
            ((ReplayTrace)request.Trace).Missing ??= $"classifier '{name}' was not asked";
            return new(Classification.Unknown);
        }

        return known.Answer is { } classification ? new(classification)
            : known.Failure == "ran past its deadline" ? throw new TimeoutException()
            : throw new InvalidOperationException("The classifier failed when the record was made.");
    }
}
