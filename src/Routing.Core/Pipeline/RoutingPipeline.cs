using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using LlmRouting.Admission;
using LlmRouting.Budgets;
using LlmRouting.Classifiers;
using LlmRouting.Constraints;
using LlmRouting.Conversations;
using LlmRouting.Diagnostics;
using LlmRouting.Execution;
using LlmRouting.HandOff;
using LlmRouting.Models;
using LlmRouting.Strategies;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmRouting.Pipeline;

/// <summary>Puts a routing client together without a container.</summary>
/// <remarks>Only the models are required. Not thread-safe while it is being set up; what it builds is.</remarks>
public sealed class RoutingPipeline
{
    /// <summary>Gets or sets the models to choose from.</summary>
    /// <value>At least one; their ids must be unique.</value>
    public IReadOnlyList<RoutableModel> Models { get; set; } = [];

    /// <summary>Gets or sets the strategies, in the order in which they are asked.</summary>
    /// <value>null means tiers, then cost and latency. Tool loops are kept with their model before any of them is asked.</value>
    public IReadOnlyList<IRoutingStrategy>? Strategies { get; set; }

    /// <summary>Gets or sets the classifiers, in the order in which they are asked.</summary>
    /// <value>null means the heuristic alone.</value>
    public IReadOnlyList<IRequestClassifier>? Classifiers { get; set; }

    /// <summary>Gets or sets constraints beside the built-in ones (capability, context window, policy, cost, hosted content, latency).</summary>
    /// <value>Default empty.</value>
    public IReadOnlyList<IRoutingConstraint> Constraints { get; set; } = [];

    /// <summary>Gets or sets the validators, in the order in which they are asked.</summary>
    /// <value>Default empty. With any, a streamed answer is held back until it has been validated.</value>
    public IReadOnlyList<IResponseValidator> Validators { get; set; } = [];

    /// <summary>Gets or sets who is told what became of each request.</summary>
    /// <value>Default empty.</value>
    public IReadOnlyList<IRoutingObserver> Observers { get; set; } = [];

    /// <summary>Gets or sets who knows the exceptions of the SDKs in use.</summary>
    /// <value>Default empty: common exceptions and messages are known all the same.</value>
    public IReadOnlyList<IFailureClassifier> FailureClassifiers { get; set; } = [];

    /// <summary>Gets or sets the policies that requests may name.</summary>
    /// <value>Default empty.</value>
    public IReadOnlyList<RoutingPolicy> Policies { get; set; } = [];

    /// <summary>Gets or sets the tiers.</summary>
    /// <value>Default <see cref="TierLadder.Default"/>.</value>
    public TierLadder Tiers { get; set; } = TierLadder.Default;

    /// <summary>Gets or sets the model that serves when no strategy has an opinion.</summary>
    /// <value>A model reference; null means the candidate of the highest quality; default null.</value>
    public string? DefaultModel { get; set; }

    /// <summary>Gets or sets the model that savings are measured against.</summary>
    /// <value>A model reference; null means the model of the highest quality whose price is known; default null.</value>
    public string? ReferenceModel { get; set; }

    /// <summary>Gets or sets from which confidence on a strategy decides, and no further classifier is asked.</summary>
    /// <value>0 to 1; default 0.7.</value>
    public double MinConfidence { get; set; } = 0.7;

    /// <summary>Gets or sets how long a strategy or classifier that is not built in may take before it counts as having abstained.</summary>
    /// <value>Positive; default 2 seconds.</value>
    public TimeSpan StrategyTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Gets or sets the bounds of the walk over the ranking.</summary>
    public ExecutionSettings Execution { get; set; } = new();

    /// <summary>Gets or sets what keeps spending within limits.</summary>
    /// <value>null means that nothing is limited but single requests; default null. Clients that share one ledger share its limits.</value>
    public BudgetLedger? Budgets { get; set; }

    /// <summary>Gets or sets who bounds how many requests run at a time.</summary>
    /// <value>null lets every request in, and costs nothing; default null. Several routers may share one.</value>
    public AdmissionLimiter? Admission { get; set; }

    /// <summary>Gets or sets who counts tokens.</summary>
    /// <value>null means the built-in estimate.</value>
    public ITokenCounter? TokenCounter { get; set; }

    /// <summary>Gets or sets the clock.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Gets or sets what makes the meter that the router's metrics are on.</summary>
    /// <value>null means one meter that all such routers share; default null. Spans come from one source in any case.</value>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>Gets or sets the seed of what is left to chance: choosing among a model's endpoints, and waiting before a retry.</summary>
    /// <value>The same seed and the same calls, one after the other, give the same choices; null means another one each time; default null.</value>
    public long? Seed { get; set; }

    /// <summary>Gets or sets who is told when an endpoint's state changes.</summary>
    internal IReadOnlyList<IEndpointHealthObserver> HealthObservers { get; set; } = [];

    /// <summary>Gets or sets where the router logs.</summary>
    /// <value>Default nowhere.</value>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Builds the client.</summary>
    /// <returns>The client; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The models contradict each other, a name is given twice, or a reference leads nowhere.</exception>
    public RoutingChatClient Build()
    {
        ModelRegistry registry = new(Models, TimeProvider, LoggerFactory.CreateLogger<ModelRegistry>());
        if (registry.Current.All.IsEmpty)
        {
            throw new ArgumentException("There are no models; add at least one to 'Models'.");
        }

        if (DefaultModel is not null && !registry.Current.Knows(DefaultModel))
        {
            throw new ArgumentException($"DefaultModel is '{DefaultModel}', which is not registered; registered: {string.Join(", ", registry.Current.All.Select(static model => model.Id))}.");
        }

        if (ReferenceModel is not null && !registry.Current.Knows(ReferenceModel))
        {
            throw new ArgumentException($"ReferenceModel is '{ReferenceModel}', which is not registered; registered: {string.Join(", ", registry.Current.All.Select(static model => model.Id))}.");
        }

        Router router = new(registry, BuildPlan(), TimeProvider, LoggerFactory.CreateLogger<Router>());
        RoutingMetrics metrics = RoutingMetrics.For(MeterFactory);
        if (Budgets is not null)
        {
            metrics.Watch(Budgets);
        }

        FailureInterpreter failures = new([.. FailureClassifiers]);
        RouteServices services = new(
            TimeProvider,
            new SeededRandom(Seed ?? BitConverter.ToInt64(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8))).NextDouble,
            new HealthReporter([.. HealthObservers, metrics], LoggerFactory.CreateLogger<HealthReporter>()));
        ILogger log = LoggerFactory.CreateLogger<RouteExecutor>();
        RouteExecutor executor = new(
            failures,
            new AnswerJudge([.. Validators], TimeProvider, LoggerFactory.CreateLogger<AnswerJudge>()),
            new OutcomePublisher([.. Observers], metrics, log),
            services,
            log);
        EndpointProber prober = new(router, failures, metrics, services, LoggerFactory.CreateLogger<EndpointProber>());
        prober.Apply();
        return new RoutingChatClient(router, executor, metrics, TimeProvider) { Prober = prober };
    }

    /// <summary>Builds everything that decides but the models.</summary>
    internal RoutingPlan BuildPlan()
    {
        if (MinConfidence is not (>= 0 and <= 1))
        {
            throw new ArgumentException(FormattableString.Invariant($"MinConfidence is {MinConfidence}; it must be between 0 and 1."));
        }

        if (string.Join(" ", Execution.FindErrors()) is { Length: > 0 } errors)
        {
            throw new ArgumentException(errors);
        }

        IReadOnlyList<IRoutingStrategy> strategies = Strategies ?? [new TiersStrategy(Tiers), new CostLatencyStrategy(Tiers)];
        RefuseTwice(strategies, static strategy => strategy.Name, "Strategy");

        IReadOnlyList<IRequestClassifier> classifiers = Classifiers ?? [new HeuristicClassifier()];
        RefuseTwice(classifiers, static classifier => classifier.Name, "Classifier");
        RefuseTwice(Policies, static policy => policy.Id, "Policy");
        foreach (RoutingPolicy policy in Policies)
        {
            if (policy.MinTier is not null && Tiers.IndexOf(policy.MinTier) < 0)
            {
                throw new ArgumentException($"Policy '{policy.Id}' names tier '{policy.MinTier}', which is not one of the tiers: {string.Join(", ", Tiers.Tiers.Select(static tier => tier.Name))}.");
            }
        }

        IRoutingConstraint[] limits = Budgets is null ? [] : [new BudgetConstraint(Budgets), new BudgetDowngradeConstraint(Budgets, Tiers)];
        IRoutingConstraint[] builtIn = [new CapabilityConstraint(), new ContextWindowConstraint(), new PolicyFloorConstraint(Tiers), new CostConstraint(), new HostedContentConstraint(), new LatencyConstraint()];
        return new RoutingPlan
        {
            Strategies = WithLoad(strategies.Any(static strategy => strategy is ToolAffinityStrategy) ? [.. strategies] : [new ToolAffinityStrategy(), .. strategies]),
            Constraints = [.. builtIn.Concat(limits).Concat(Constraints).OrderBy(static constraint => constraint.IsSoft)],
            Classifier = new ClassifierChain([.. classifiers], MinConfidence, StrategyTimeout, TimeProvider, LoggerFactory.CreateLogger<ClassifierChain>(), RoutingMetrics.For(MeterFactory)),
            Tiers = Tiers,
            Policies = Policies.ToFrozenDictionary(static policy => policy.Id, StringComparer.OrdinalIgnoreCase),
            Features = TokenCounter is null ? FeatureExtractor.Default : new FeatureExtractor(TokenCounter),
            Execution = Execution,
            MinConfidence = MinConfidence,
            StrategyTimeout = StrategyTimeout,
            DefaultModel = DefaultModel,
            ReferenceModel = ReferenceModel,
            Budgets = Budgets,
            Admission = Admission,
        };
    }

    // What the host says itself, by strategies of its own and by rules, stands also under load; what is left to us then yields to it.
    private ImmutableArray<IRoutingStrategy> WithLoad(ImmutableArray<IRoutingStrategy> strategies)
    {
        if (Admission?.Settings.DegradeAbove is null)
        {
            return strategies;
        }

        int index = 0;
        while (index < strategies.Length && strategies[index] is not (CascadeStrategy or TiersStrategy or CostLatencyStrategy))
        {
            index++;
        }

        return strategies.Insert(index, new LoadStrategy(Admission, Tiers));
    }

    private static void RefuseTwice<T>(IReadOnlyList<T> items, Func<T, string> name, string what)
    {
        if (items.GroupBy(name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"{what} '{twice.Key}' is given twice; names must be unique (case does not count).");
        }
    }
}
