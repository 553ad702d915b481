namespace LlmRouting.Providers.Fuzzing;

/// <summary>Says what became of many cases.</summary>
internal sealed record WireFuzzReport
{
    public required int Cases { get; init; }

    /// <summary>Gets how many ended with an answer.</summary>
    public required int Answers { get; init; }

    /// <summary>Gets how many ended with an exception of each kind.</summary>
    public required SortedDictionary<string, int> Failures { get; init; }

    /// <summary>Gets what must never be: exceptions of no kind, impossible counts, cases that did not end.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    public required TimeSpan Slowest { get; init; }
}
