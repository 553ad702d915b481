using LlmRouting.DecisionLog;

namespace LlmRouting.DependencyInjection;

/// <summary>Configures the decision log; see <see cref="DecisionLogSettings"/> for what it means.</summary>
public sealed class DecisionLogOptions
{
    /// <summary>Gets or sets where the files go.</summary>
    /// <value>A path such as <c>logs/decisions.jsonl</c>; null logs no decisions, and switches the rest of this section off; default null.</value>
    public string? Path { get; set; }

    /// <summary>Gets or sets the size at which the next file begins.</summary>
    /// <value>Bytes, at least 1,024; default 67,108,864.</value>
    public long MaxFileBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Gets or sets how many files are kept.</summary>
    /// <value>At least 1; null keeps all; default 31.</value>
    public int? MaxFiles { get; set; } = 31;

    /// <summary>Gets or sets how many records may wait to be written.</summary>
    /// <value>1 to 1,048,576; default 1,024.</value>
    public int Capacity { get; set; } = 1_024;

    /// <summary>Gets or sets what happens while as many wait.</summary>
    /// <value>Default <see cref="DecisionLogFullMode.Drop"/>.</value>
    public DecisionLogFullMode WhenFull { get; set; } = DecisionLogFullMode.Drop;

    /// <summary>Gets or sets after how long records are written at the latest.</summary>
    /// <value>Positive, at most one hour; default 1 second.</value>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets whether hashed features of the user's last message are logged.</summary>
    /// <value>Default false.</value>
    public bool CaptureFeatures { get; set; }

    /// <summary>Gets or sets the secret with which the ids of conversations, users and tenants are hashed.</summary>
    /// <value>At least 16 characters; null leaves the ids out; default null.</value>
    public string? IdKey { get; set; }

    /// <summary>Translates the options.</summary>
    /// <returns>null when no decisions are logged.</returns>
    internal DecisionLogSettings? ToSettings() => Path is null ? null : new()
    {
        Path = Path,
        MaxFileBytes = MaxFileBytes,
        MaxFiles = MaxFiles,
        Capacity = Capacity,
        WhenFull = WhenFull,
        FlushInterval = FlushInterval,
        CaptureFeatures = CaptureFeatures,
        IdKey = IdKey,
    };
}
