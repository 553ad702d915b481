namespace LlmRouting;

/// <summary>Says what happened in one step of a decision.</summary>
public enum DecisionStepKind
{
    /// <summary>A constraint removed a model.</summary>
    Excluded,

    /// <summary>A soft constraint was ignored because it would have removed every model.</summary>
    ConstraintIgnored,

    /// <summary>A classifier said how hard the request is.</summary>
    Classified,

    /// <summary>A strategy had no opinion, threw, or ran out of time.</summary>
    Abstained,

    /// <summary>A strategy had an opinion.</summary>
    Preferred,

    /// <summary>Something deserves attention: a deprecated model was chosen, a reference led to a replacement.</summary>
    Warning,

    /// <summary>The request waited until others had ended.</summary>
    Queued,
}
