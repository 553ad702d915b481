using System.Collections.Immutable;

namespace LlmRouting.Testing;

/// <summary>Says what goes wrong with which call of an endpoint.</summary>
/// <remarks>Immutable and thread-safe. Nothing is left to chance: the same seed and the same calls meet the same faults.</remarks>
public sealed class FaultPlan
{
    private readonly Func<FaultCall, Fault> _decide;

    private FaultPlan(Func<FaultCall, Fault> decide) => _decide = decide;

    /// <summary>Gets the plan of an endpoint that works.</summary>
    public static FaultPlan None { get; } = Always(Fault.None);

    /// <summary>Makes every call meet a fault.</summary>
    /// <param name="fault">The fault.</param>
    /// <returns>The plan.</returns>
    public static FaultPlan Always(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return new(_ => fault);
    }

    /// <summary>Gives each call its own fault, in order; calls after the last go through.</summary>
    /// <param name="faults">The faults.</param>
    /// <returns>The plan.</returns>
    public static FaultPlan Script(params IEnumerable<Fault> faults)
    {
        ImmutableArray<Fault> script = [.. faults];
        return new(call => call.Number < script.Length ? script[(int)call.Number] : Fault.None);
    }

    /// <summary>Lets shares of the calls meet faults; the rest go through.</summary>
    /// <param name="seed">Chooses which.</param>
    /// <param name="shares">The shares; together at most 1.</param>
    /// <returns>The plan.</returns>
    /// <remarks>
    /// Depends on the call's tag, if it has one, and on its number otherwise: tagged requests that run side by side meet the same faults in
    /// every run, in whatever order they come.
    /// </remarks>
    /// <exception cref="ArgumentException">A share is not between 0 and 1, or they are more than 1 together.</exception>
    public static FaultPlan Mix(int seed, params IEnumerable<FaultShare> shares)
    {
        ImmutableArray<FaultShare> mix = [.. shares];
        if (mix.Any(static share => share.Ratio is not (>= 0 and <= 1)) || mix.Sum(static share => share.Ratio) > 1 + 1e-9)
        {
            throw new ArgumentException("Every share must be between 0 and 1, and all of them at most 1 together.", nameof(shares));
        }

        return new(call =>
        {
            double point = Chance(seed, call);
            foreach (FaultShare share in mix)
            {
                point -= share.Ratio;
                if (point < 0)
                {
                    return share.Fault;
                }
            }

            return Fault.None;
        });
    }

    /// <summary>Lets runs of consecutive calls meet a fault.</summary>
    /// <param name="every">Every how many calls a run begins; at least 1.</param>
    /// <param name="length">How many calls a run has.</param>
    /// <param name="fault">The fault.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A run is not shorter than the distance between runs, or a count is not positive.</exception>
    public static FaultPlan Bursts(int every, int length, Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(every, length);
        return new(call => call.Number % every < length ? fault : Fault.None);
    }

    /// <summary>Lets an endpoint work for a time, fail for a time, and so on.</summary>
    /// <param name="up">How long it works; positive.</param>
    /// <param name="down">How long it fails; positive.</param>
    /// <param name="fault">How it fails.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is not positive.</exception>
    public static FaultPlan Flapping(TimeSpan up, TimeSpan down, Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(up, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(down, TimeSpan.Zero);
        long period = (up + down).Ticks;
        return new(call => call.Elapsed.Ticks % period < up.Ticks ? Fault.None : fault);
    }

    /// <summary>Lets a function decide.</summary>
    /// <param name="decide">Gives the fault of a call; must be thread-safe.</param>
    /// <returns>The plan.</returns>
    public static FaultPlan From(Func<FaultCall, Fault> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        return new(decide);
    }

    /// <summary>Decides about a call.</summary>
    /// <param name="call">The call.</param>
    /// <returns>What goes wrong with it; <see cref="Fault.None"/> when nothing does.</returns>
    public Fault FaultFor(FaultCall call) => _decide(call);

    /// <summary>Draws a number from 0 to below 1 that depends on nothing but the seed and the call.</summary>
    private static double Chance(int seed, FaultCall call)
    {
        // FNV-1a over the tag, since a string's own hash differs from process to process; then the finaliser of SplitMix64.
        ulong hash = 14695981039346656037;
        foreach (char letter in call.Tag ?? "")
        {
            hash = (hash ^ letter) * 1099511628211;
        }

        ulong mixed = hash + ((ulong)(uint)seed * 0x9E3779B97F4A7C15) + (call.Tag is null ? (ulong)call.Number * 0xD1B54A32D192ED03 : 0);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
