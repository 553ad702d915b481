using System.Collections.Immutable;
using LlmRouting.Learning;

namespace LlmRouting.Training;

/// <summary>Scores requests with what was learned.</summary>
/// <remarks>Immutable and thread-safe. Scoring allocates nothing once warm.</remarks>
public sealed class TrainedRouter
{
    internal TrainedRouter(TrainingTarget target, TrainingReport report)
    {
        Target = target;
        Report = report;
        Outputs = target.Kind switch
        {
            TrainingTargetKind.Pair => ["need", .. target.Models],
            TrainingTargetKind.Pool => target.Models,
            _ => ["complex"],
        };
    }

    /// <summary>Gets what was learned to tell.</summary>
    public TrainingTarget Target { get; }

    /// <summary>Gets what was trained on, and how it did.</summary>
    public TrainingReport Report { get; }

    /// <summary>Gets what each score means, in order.</summary>
    /// <value>
    /// For a pair <c>need</c> (orders requests by how much they need the strong model, higher is more), then the strong and the weak model's
    /// chance of a good answer; for a pool each model's chance; for complexity <c>complex</c>, 0 (simple) to 1.
    /// </value>
    public ImmutableArray<string> Outputs { get; }

    /// <summary>Scores a text.</summary>
    /// <param name="text">The text; may be empty.</param>
    /// <param name="destination">Receives one score for each of <see cref="Outputs"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public void Score(ReadOnlySpan<char> text, Span<double> destination) => throw new TrainingException($"Not there yet: {Target.Kind}.");

    /// <summary>Scores captured features.</summary>
    /// <param name="features">The features.</param>
    /// <param name="destination">Receives one score for each of <see cref="Outputs"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short, or the features have another version.</exception>
    public void Score(HashedFeatures features, Span<double> destination) => throw new TrainingException($"Not there yet: {Target.Kind}.");

    /// <summary>Scores a text by the first of <see cref="Outputs"/> alone.</summary>
    /// <param name="text">The text; may be empty.</param>
    public double Score(ReadOnlySpan<char> text)
    {
        Span<double> scores = Outputs.Length <= 64 ? stackalloc double[Outputs.Length] : new double[Outputs.Length];
        Score(text, scores);
        return scores[0];
    }
}
