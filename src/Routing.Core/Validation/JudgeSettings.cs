using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Sets how a judge works and what it may cost.</summary>
public sealed record JudgeSettings
{
    /// <summary>Gets the defaults.</summary>
    public static JudgeSettings Default { get; } = new();

    /// <summary>Gets what a good answer is, in words for the judge.</summary>
    /// <value>null (the default) asks for an answer that is correct, complete and to the point.</value>
    public string? Criteria { get; init; }

    /// <summary>Gets from which score on an answer is accepted.</summary>
    /// <value>0 to 1; default 0.5. A judge that gives no score is taken by its word.</value>
    public double MinScore { get; init; } = 0.5;

    /// <summary>Gets the share of answers that are judged; the others are accepted.</summary>
    /// <value>0 to 1; default 1.</value>
    public double Share { get; init; } = 1;

    /// <summary>Gets how many answers are judged within a minute; more are accepted.</summary>
    /// <value>At least 0; null means no limit; default 60.</value>
    public int? MaxCallsPerMinute { get; init; } = 60;

    /// <summary>Gets how long the judge may take; after that the answer is accepted.</summary>
    /// <value>Positive; default 10 seconds.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets how much of the question, and of the answer, the judge gets to read.</summary>
    /// <value>Characters each, from the start and the end; at least 100; default 8000.</value>
    public int MaxCharacters { get; init; } = 8000;

    /// <summary>Gets the limit of the judge's own answer.</summary>
    /// <value>Tokens; null leaves it to the client; default 200.</value>
    public int? MaxOutputTokens { get; init; } = 200;

    /// <summary>Gets whether a bad answer goes back to its model with the judge's reason, before another one is asked.</summary>
    /// <value>Default false: a model that erred once seldom mends itself.</value>
    public bool Repair { get; init; }

    /// <summary>Gets who is told what each judgement cost.</summary>
    /// <value>Called with the usage that the judge's client reported, null when it reported none; must not block. null (the default) means
    /// nobody.</value>
    public Action<UsageDetails?>? OnJudged { get; init; }
}
