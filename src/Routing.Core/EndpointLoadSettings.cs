namespace LlmRouting;

/// <summary>Says which share of a model's calls an endpoint gets, and how many it can take.</summary>
/// <remarks>Immutable. A reload changes it without touching the endpoint's client or what is known of it. Limits hold per process.</remarks>
public sealed record EndpointLoadSettings
{
    internal static EndpointLoadSettings Default { get; } = new();

    /// <summary>Gets how much the endpoint can take, compared with the model's others.</summary>
    /// <value>0 or more; 0 makes it a stand-by, called when no other can be; default 1.</value>
    public double Weight { get; init; } = 1;

    /// <summary>Gets where the endpoint is.</summary>
    /// <value>Any word that requests and <c>Execution:Region</c> use too, in any case; null means nowhere in particular; default null.</value>
    public string? Region { get; init; }

    /// <summary>Gets how many calls may run at once.</summary>
    /// <value>At least 1; null means any number; default null.</value>
    public int? MaxInFlight { get; init; }

    /// <summary>Gets how many calls may start in a minute.</summary>
    /// <value>At least 1; null means any number; default null.</value>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Gets how many tokens may be used in a minute, read and written together.</summary>
    /// <value>At least 1; null means any number; default null. Reserved by estimate, settled by what the provider counts.</value>
    public int? TokensPerMinute { get; init; }

    /// <summary>Gets whether anything is limited by a rate.</summary>
    internal bool HasRate => RequestsPerMinute is not null || TokensPerMinute is not null;

    /// <summary>Names what is out of range.</summary>
    internal IEnumerable<string> FindErrors(string path)
    {
        if (!(Weight >= 0 && double.IsFinite(Weight)))
        {
            yield return FormattableString.Invariant($"{path}:Weight is {Weight}; it must be 0 or more.");
        }

        (string Name, int? Count)[] counts =
        [
            (nameof(MaxInFlight), MaxInFlight), (nameof(RequestsPerMinute), RequestsPerMinute), (nameof(TokensPerMinute), TokensPerMinute),
        ];
        foreach ((string name, int? count) in counts)
        {
            if (count < 1)
            {
                yield return FormattableString.Invariant($"{path}:{name} is {count}; it must be at least 1.");
            }
        }
    }
}
