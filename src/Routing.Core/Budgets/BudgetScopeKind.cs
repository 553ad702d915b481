namespace LlmRouting.Budgets;

/// <summary>Says what one account of a budget is kept for.</summary>
public enum BudgetScopeKind
{
    /// <summary>One account for everything.</summary>
    Everything,

    /// <summary>One account for each model.</summary>
    Model,

    /// <summary>One account for each provider, by its name in the configuration.</summary>
    Provider,

    /// <summary>One account for each policy that requests name.</summary>
    Policy,

    /// <summary>One account for each <see cref="RoutingHints.UserId"/>.</summary>
    User,

    /// <summary>One account for each <see cref="RoutingHints.UserTier"/>.</summary>
    UserTier,

    /// <summary>One account for each <see cref="RoutingHints.BudgetScope"/>.</summary>
    Tenant,

    /// <summary>One account for each <see cref="RoutingHints.ConversationId"/>.</summary>
    Conversation,

    /// <summary>One account for each value of one key of <see cref="RoutingHints.Metadata"/>.</summary>
    Metadata,
}
