namespace LlmRouting.DecisionLog;

/// <summary>Says where decisions are logged, and how.</summary>
/// <remarks>Immutable.</remarks>
public sealed record DecisionLogSettings
{
    /// <summary>The shortest <see cref="IdKey"/>, in characters.</summary>
    internal const int MinKeyLength = 16;

    /// <summary>Gets where the files go.</summary>
    /// <value>A path such as <c>logs/decisions.jsonl</c>, relative to the current directory; each file's name gets the day, the process and a number.</value>
    public required string Path { get; init; }

    /// <summary>Gets the size at which the next file begins.</summary>
    /// <value>Bytes, at least 1,024; default 67,108,864 (64 MiB). A record longer than that gets a file of its own.</value>
    public long MaxFileBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Gets how many files are kept; the oldest are deleted.</summary>
    /// <value>At least 1; null keeps all; default 31. Files of other processes count too, but none that is being written is deleted.</value>
    public int? MaxFiles { get; init; } = 31;

    /// <summary>Gets how many records may wait to be written.</summary>
    /// <value>1 to 1,048,576; default 1,024.</value>
    public int Capacity { get; init; } = 1_024;

    /// <summary>Gets what happens while as many wait.</summary>
    /// <value>Default <see cref="DecisionLogFullMode.Drop"/>.</value>
    public DecisionLogFullMode WhenFull { get; init; } = DecisionLogFullMode.Drop;

    /// <summary>Gets after how long records are written at the latest: what a crash can lose.</summary>
    /// <value>Positive, at most one hour; default 1 second.</value>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets whether hashed features of the user's last message are logged, to train a router on.</summary>
    /// <value>Default false.</value>
    public bool CaptureFeatures { get; init; }

    /// <summary>Gets the secret with which the ids of conversations, users and tenants are hashed.</summary>
    /// <value>At least 16 characters; null leaves the ids out; default null.</value>
    public string? IdKey { get; init; }

    /// <summary>Finds what is wrong; no message holds the key.</summary>
    internal IEnumerable<string> FindErrors()
    {
        if (string.IsNullOrWhiteSpace(System.IO.Path.GetFileName(Path)))
        {
            yield return $"DecisionLog:Path is '{Path}'; it must name a file, such as logs/decisions.jsonl.";
        }
        else if (Path.AsSpan().IndexOfAny(System.IO.Path.GetInvalidPathChars()) >= 0)
        {
            yield return "DecisionLog:Path has a character that no path may have; it must name a file, such as logs/decisions.jsonl.";
        }

        if (MaxFileBytes < 1_024)
        {
            yield return FormattableString.Invariant($"DecisionLog:MaxFileBytes is {MaxFileBytes}; it must be at least 1024.");
        }

        if (MaxFiles < 1)
        {
            yield return FormattableString.Invariant($"DecisionLog:MaxFiles is {MaxFiles}; it must be at least 1.");
        }

        if (Capacity is not (>= 1 and <= 1_048_576))
        {
            yield return FormattableString.Invariant($"DecisionLog:Capacity is {Capacity}; it must be between 1 and 1048576.");
        }

        if (FlushInterval <= TimeSpan.Zero || FlushInterval > TimeSpan.FromHours(1))
        {
            yield return $"DecisionLog:FlushInterval is {FlushInterval}; it must be longer than zero and at most one hour.";
        }

        if (!Enum.IsDefined(WhenFull))
        {
            yield return $"DecisionLog:WhenFull is {(int)WhenFull}; it must be Drop or Wait.";
        }

        if (IdKey is { Length: < MinKeyLength })
        {
            yield return FormattableString.Invariant($"DecisionLog:IdKey has {IdKey.Length} characters; it must have at least {MinKeyLength}, or else ids could be guessed.");
        }
    }
}
