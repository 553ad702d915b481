using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmRouting.Budgets;

/// <summary>Holds spending to its limits: sets money aside before a call, books what it cost after it.</summary>
/// <remarks>
/// Thread-safe. What a call costs beyond its reservation is the slack of a limit: at most the sum of that over the calls running at one
/// time. A reservation covers the estimated input and an answer of the length that the caller allowed, or else
/// <see cref="BudgetRule.ReservedOutputTokens"/>. An attempt whose cost is known only as a lower bound is booked with that bound.
/// </remarks>
public sealed partial class BudgetLedger
{
    // Longer than any store takes that is well, shorter than a caller would notice beside an answer.
    internal static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(2);

    private readonly IBudgetStore _store;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly BudgetAlarms _alarms = new();
    private volatile BudgetRule[] _rules;

    /// <summary>Creates a ledger.</summary>
    /// <param name="rules">The limits; their names must be unique.</param>
    /// <param name="store">Where the accounts are kept; null keeps them in the memory of this process.</param>
    /// <param name="timeProvider">The clock that windows are told by; null means the system's.</param>
    /// <param name="logger">Who hears of thresholds that are passed and of a store that fails; null means nobody.</param>
    /// <exception cref="ArgumentException">A name is given twice, or a value is out of range.</exception>
    public BudgetLedger(IEnumerable<BudgetRule> rules, IBudgetStore? store = null, TimeProvider? timeProvider = null, ILogger<BudgetLedger>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        _timeProvider = timeProvider ?? TimeProvider.System;
        _store = store ?? new InMemoryBudgetStore(_timeProvider);
        _logger = logger ?? NullLogger<BudgetLedger>.Instance;
        _rules = Check(rules);
    }

    /// <summary>Gets the limits in force.</summary>
    public ImmutableArray<BudgetRule> Rules => [.. _rules];

    /// <summary>Gets whether there is any limit at all.</summary>
    internal bool IsEmpty => _rules.Length == 0;

    /// <summary>Puts other limits in force; what was spent so far stays booked under the names that stay.</summary>
    /// <param name="rules">The limits; their names must be unique.</param>
    /// <exception cref="ArgumentException">A name is given twice, or a value is out of range; then the old ones stay in force.</exception>
    public void Update(IEnumerable<BudgetRule> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        _rules = Check(rules);
    }

    /// <summary>Tells how an account stands in the window of now.</summary>
    /// <param name="budget">The name of a budget; case does not count.</param>
    /// <param name="owner">Whose account: a model, a tenant; empty for a budget with one account for everything.</param>
    /// <returns>The status; null when there is no such budget, or its window is one request.</returns>
    public BudgetStatus? GetStatus(string budget, string owner = BudgetScope.Nobody)
    {
        ArgumentNullException.ThrowIfNull(budget);
        ArgumentNullException.ThrowIfNull(owner);
        BudgetRule? rule = Array.Find(_rules, rule => string.Equals(rule.Name, budget, StringComparison.OrdinalIgnoreCase));
        if (rule is null || rule.Window.Period == BudgetPeriod.Request)
        {
            return null;
        }

        (DateTimeOffset start, DateTimeOffset end) = rule.Window.At(_timeProvider.GetUtcNow());
        BudgetBalance balance = _store.Read(new(rule.Name, owner, start));
        return new BudgetStatus
        {
            Budget = rule.Name,
            Owner = owner,
            LimitUsd = rule.LimitFor(owner),
            SpentUsd = balance.SpentUsd,
            ReservedUsd = balance.ReservedUsd,
            WindowStart = start,
            WindowEnd = end,
        };
    }

    /// <summary>Begins a request.</summary>
    /// <returns>null when there is no limit: then nothing has to be asked.</returns>
    internal BudgetSession? Begin(RoutingRequest request) => IsEmpty ? null : new(this, request);

    /// <summary>Finds the first budget that has no room for what a call may cost.</summary>
    /// <remarks>A look without a promise, for the decision; the reservation has the last word.</remarks>
    internal BudgetRefusal? FindRefusal(RoutingRequest request, in Candidate candidate) => Look(request, candidate, isRefused: false);

    /// <summary>Says which budget refused a call a moment ago.</summary>
    /// <remarks>Another call may have given money back since: then it is the budget that comes nearest to refusing.</remarks>
    internal BudgetRefusal? ExplainRefusal(RoutingRequest request, in Candidate candidate) => Look(request, candidate, isRefused: true);

    /// <summary>Finds how many of the strongest tiers the budgets of a request set aside for a model.</summary>
    /// <param name="request">The request.</param>
    /// <param name="model">The model's id.</param>
    /// <param name="tiers">How many tiers there are.</param>
    /// <param name="rule">The budget that sets most aside; null when none does.</param>
    internal int TiersSetAside(RoutingRequest request, string model, int tiers, out BudgetRule? rule)
    {
        rule = null;
        int most = 0;
        DateTimeOffset now = _timeProvider.GetUtcNow();
        foreach (BudgetRule candidate in _rules)
        {
            if (candidate.DowngradeAt is null || candidate.Window.Period == BudgetPeriod.Request || candidate.Scope.Kind == BudgetScopeKind.Provider || !candidate.Covers(model))
            {
                continue;
            }

            string owner = candidate.Scope.OwnerOf(request, model, provider: null);
            decimal committed = _store.Read(new(candidate.Name, owner, candidate.Window.At(now).Start)).CommittedUsd;
            int aside = candidate.TiersSetAside(BudgetStatus.Share(committed, candidate.LimitFor(owner)), tiers);
            if (aside > most)
            {
                (most, rule) = (aside, candidate);
            }
        }

        return most;
    }

    /// <summary>Works out what a call is booked on.</summary>
    internal (ImmutableArray<BudgetCharge> Charges, BudgetRefusal? Refusal) ChargesFor(RoutingRequest request, ModelProfile model, string? provider, decimal committedUsd)
    {
        BudgetRule[] rules = _rules;
        ImmutableArray<BudgetCharge>.Builder charges = ImmutableArray.CreateBuilder<BudgetCharge>(rules.Length);
        DateTimeOffset now = _timeProvider.GetUtcNow();
        foreach (BudgetRule rule in rules)
        {
            if (!rule.Covers(model.Id))
            {
                continue;
            }

            string owner = rule.Scope.OwnerOf(request, model.Id, provider);
            decimal limit = rule.LimitFor(owner);
            (DateTimeOffset start, DateTimeOffset end) = rule.Window.At(now);
            if (Estimate(request, model, rule) is not { } amount)
            {
                return (default, new(rule, model.Id, CostUsd: null, end, default, limit));
            }

            if (rule.Window.Period != BudgetPeriod.Request)
            {
                charges.Add(new(new(rule.Name, owner, start), end, amount, limit));
            }
            else if (committedUsd + amount > limit && amount > 0)
            {
                return (default, new(rule, model.Id, amount, end, new(committedUsd, 0), limit));
            }
        }

        return (charges.DrainToImmutable(), null);
    }

    /// <summary>Sets money aside on all accounts, or on none.</summary>
    /// <returns>Who refused it; null when nobody did, and then what is to be settled, and whether it is held at all: a store that is gone holds nothing.</returns>
    internal async ValueTask<(BudgetRefusal? Refusal, ImmutableArray<BudgetCharge> Charges, bool IsHeld)> TryReserveAsync(
        ImmutableArray<BudgetCharge> charges, string model, CancellationToken cancellationToken)
    {
        try
        {
            ValueTask<int> pending = _store.TryReserveAsync(charges, cancellationToken);
            int refused = pending.IsCompleted ? await pending.ConfigureAwait(false) : await AwaitStoreAsync(pending.AsTask(), charges).ConfigureAwait(false);
            if (refused < 0)
            {
                return (null, charges, true);
            }

            BudgetCharge charge = charges[refused];
            BudgetRule rule = Array.Find(_rules, rule => rule.Name == charge.Account.Budget) ?? new() { Name = charge.Account.Budget, LimitUsd = charge.LimitUsd };
            return (new(rule, model, charge.AmountUsd, charge.End, _store.Read(charge.Account), charge.LimitUsd), [], false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A store that is gone must not take every request with it. What the call costs is booked all the same; to give back what was never
            // set aside would make room that is not there.
            Log.StoreFailed(_logger, exception.GetType().Name);
            return (null, [.. charges.Select(static charge => charge with { AmountUsd = 0 })], false);
        }
    }

    private async Task<int> AwaitStoreAsync(Task<int> pending, ImmutableArray<BudgetCharge> charges)
    {
        try
        {
            return await pending.WaitAsync(StoreTimeout, _timeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!pending.IsCompleted)
        {
            _ = GiveBackAsync(pending, charges);
            throw;
        }
    }

    // What a store grants when nobody waits for it any more.
    private async Task GiveBackAsync(Task<int> pending, ImmutableArray<BudgetCharge> charges)
    {
        try
        {
            if (await pending.ConfigureAwait(false) < 0)
            {
                await _store.SettleAsync(charges, actualUsd: 0).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            Log.StoreFailed(_logger, exception.GetType().Name);
        }
    }

    /// <summary>Books what a call cost.</summary>
    internal void Settle(ImmutableArray<BudgetCharge> charges, decimal actualUsd)
    {
        if (charges.IsEmpty)
        {
            return;
        }

        try
        {
            ValueTask settling = _store.SettleAsync(charges, actualUsd);
            if (!settling.IsCompletedSuccessfully)
            {
                // A store that is far away books in its own time: no caller waits for it.
                _ = ObserveAsync(settling);
            }

            WarnOfThresholds(charges, actualUsd);
        }
        catch (Exception exception)
        {
            Log.StoreFailed(_logger, exception.GetType().Name);
        }
    }

    private BudgetRefusal? Look(RoutingRequest request, in Candidate candidate, bool isRefused)
    {
        DateTimeOffset now = _timeProvider.GetUtcNow();
        BudgetRefusal? nearest = null;
        foreach (BudgetRule rule in _rules)
        {
            // Which provider is asked shows only when an endpoint has been picked.
            if (rule.Scope.Kind == BudgetScopeKind.Provider || !rule.Covers(candidate.Profile.Id))
            {
                continue;
            }

            string owner = rule.Scope.OwnerOf(request, candidate.Profile.Id, provider: null);
            decimal limit = rule.LimitFor(owner);
            (DateTimeOffset start, DateTimeOffset end) = rule.Window.At(now);
            if (Estimate(request, candidate.Profile, rule) is not { } cost)
            {
                return new(rule, candidate.Profile.Id, CostUsd: null, end, default, limit);
            }

            BudgetBalance balance = rule.Window.Period == BudgetPeriod.Request ? default : _store.Read(new(rule.Name, owner, start));
            if (cost > 0 && balance.CommittedUsd + cost > limit)
            {
                return new(rule, candidate.Profile.Id, cost, end, balance, limit);
            }

            if (isRefused && (nearest is null || limit - balance.CommittedUsd < nearest.LimitUsd - nearest.Balance.CommittedUsd))
            {
                nearest = new(rule, candidate.Profile.Id, cost, end, balance, limit);
            }
        }

        return nearest;
    }

    private static decimal? Estimate(RoutingRequest request, ModelProfile model, BudgetRule rule)
    {
        long output = request.Features.MaxOutputTokens ?? Math.Min(rule.ReservedOutputTokens, model.MaxOutputTokens ?? int.MaxValue);
        return model.EstimateCostUsd(request.Features.EstimatedInputTokens, output);
    }

    private async Task ObserveAsync(ValueTask settling)
    {
        try
        {
            await settling.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.StoreFailed(_logger, exception.GetType().Name);
        }
    }

    private void WarnOfThresholds(ImmutableArray<BudgetCharge> charges, decimal actualUsd)
    {
        if (actualUsd <= 0 || !_logger.IsEnabled(LogLevel.Warning))
        {
            return;
        }

        foreach (BudgetCharge charge in charges)
        {
            decimal spent = _store.Read(charge.Account).SpentUsd;
            if (spent >= charge.LimitUsd)
            {
                if (_alarms.IsFirst(charge, BudgetAlarm.Spent, _timeProvider.GetUtcNow()))
                {
                    Log.Spent(_logger, charge.Account.Budget, charge.LimitUsd);
                }
            }
            else if (Array.Find(_rules, rule => rule.Name == charge.Account.Budget) is { DowngradeAt: { } ratio } && spent >= (decimal)ratio * charge.LimitUsd
                && _alarms.IsFirst(charge, BudgetAlarm.RunsLow, _timeProvider.GetUtcNow()))
            {
                Log.RunsLow(_logger, charge.Account.Budget, spent, charge.LimitUsd);
            }
        }
    }

    private static BudgetRule[] Check(IEnumerable<BudgetRule> rules)
    {
        BudgetRule[] all = [.. rules];
        if (all.GroupBy(static rule => rule.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Budget '{twice.Key}' is given twice; names must be unique (case does not count).", nameof(rules));
        }

        string errors = string.Join(" ", all.SelectMany(static rule => rule.FindErrors()));
        return errors.Length == 0 ? all : throw new ArgumentException(errors, nameof(rules));
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.BudgetRunsLow, LogLevel.Warning, "Budget '{Budget}' runs low: ${Spent} of ${Limit} are spent, and its strongest tiers are set aside")]
        public static partial void RunsLow(ILogger logger, string budget, decimal spent, decimal limit);

        [LoggerMessage(EventIds.BudgetSpent, LogLevel.Warning, "Budget '{Budget}' is spent: its limit of ${Limit} is reached, and no paid call is made on it until its next window")]
        public static partial void Spent(ILogger logger, string budget, decimal limit);

        [LoggerMessage(EventIds.BudgetStoreFailed, LogLevel.Error, "The budget store threw {Exception}; the call is made without its limit")]
        public static partial void StoreFailed(ILogger logger, string exception);
    }
}
