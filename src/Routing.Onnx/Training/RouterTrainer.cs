using LlmRouting.Training.Data;

namespace LlmRouting.Training;

/// <summary>Trains a router on labelled requests.</summary>
/// <remarks>Thread-safe. Deterministic for its options and data, whatever the number of threads.</remarks>
public sealed class RouterTrainer
{
    private readonly TrainerOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Creates a trainer.</summary>
    /// <param name="options">What is trained, and how.</param>
    /// <param name="time">Tells the time; null takes the system's.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public RouterTrainer(TrainerOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Trains.</summary>
    /// <param name="requests">The requests. Those that lack the target's labels teach words, and how hard requests are.</param>
    /// <param name="progress">Told how far it is; null tells nobody.</param>
    /// <param name="cancellationToken">Ends the training.</param>
    /// <returns>The router.</returns>
    /// <exception cref="TrainingException">The requests cannot teach the target; the message says why.</exception>
    public TrainedRouter Train(
        IReadOnlyList<LabelledRequest> requests, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        throw new TrainingException($"Not there yet: {_options.Target.Kind} {_time}.");
    }
}
