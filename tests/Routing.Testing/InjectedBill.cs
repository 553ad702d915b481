using System.Collections.Concurrent;

namespace LlmRouting.Testing;

/// <summary>Keeps what endpoints charged, call by call, to be compared with what their caller has booked.</summary>
/// <remarks>Thread-safe. Endpoints may share one. It grows until its charges are taken.</remarks>
public sealed class InjectedBill
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<InjectedCharge>> _charges = new();

    /// <summary>Gets all charges that were not taken.</summary>
    /// <value>Calls with one tag in their order; otherwise in no order.</value>
    public IReadOnlyList<InjectedCharge> Charges => [.. _charges.Values.SelectMany(static charges => charges)];

    /// <summary>Takes the charges of a request off the bill.</summary>
    /// <param name="tag">What the host calls the request; null means requests that it calls nothing.</param>
    /// <returns>The charges, in the order of the calls.</returns>
    public IReadOnlyList<InjectedCharge> Take(string? tag) => _charges.TryRemove(tag ?? "", out ConcurrentQueue<InjectedCharge>? charges) ? [.. charges] : [];

    internal void Add(InjectedCharge charge) => _charges.GetOrAdd(charge.Call.Tag ?? "", static _ => new()).Enqueue(charge);
}
