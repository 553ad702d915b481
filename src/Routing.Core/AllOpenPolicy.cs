namespace LlmRouting;

/// <summary>Says what happens when every endpoint that could serve a request is passed over because of its health.</summary>
public enum AllOpenPolicy
{
    /// <summary>The one that is least bad is called all the same: first those that failed, soonest due first, then those that are misconfigured.</summary>
    TryLeastBad,

    /// <summary>The request fails at once.</summary>
    FailFast,
}
