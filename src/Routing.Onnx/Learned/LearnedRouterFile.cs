using LlmRouting.Onnx.Training;

namespace LlmRouting.Onnx.Learned;

/// <summary>Names the file that a strategy came from, and what it looked like then.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class LearnedRouterFile
{
    private LearnedRouterFile(string path, FileStamp stamp, TrainedRouter router, LearnedStrategySettings settings)
    {
        Path = path;
        Stamp = stamp;
        Router = router;
        Settings = settings;
    }

    public string Path { get; }

    public FileStamp Stamp { get; }

    public TrainedRouter Router { get; }

    public LearnedStrategySettings Settings { get; }

    /// <summary>Loads a file and checks that a strategy can use it.</summary>
    public static LearnedRouterFile Open(string path, LearnedStrategySettings? settings)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        settings ??= new LearnedStrategySettings();
        if (settings.ReloadPeriod <= TimeSpan.Zero)
        {
            throw new ArgumentException($"{nameof(LearnedStrategySettings.ReloadPeriod)} is {settings.ReloadPeriod}; it must be greater than 0, or null for never.", nameof(settings));
        }

        // The current directory may change later. The stamp is taken first: a file that changes while it is read is read again.
        string whole = System.IO.Path.GetFullPath(path);
        FileStamp stamp = FileStamp.Of(whole);
        TrainedRouter router = TrainedRouter.Load(whole);
        _ = LearnedStrategy.Check(router, settings);
        return new(whole, stamp, router, settings);
    }
}
