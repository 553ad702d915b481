using System.Globalization;

namespace LlmRouting.Core.Tests.Chaos;

/// <summary>Counts what became of the requests of a chaos run.</summary>
/// <remarks>Thread-safe while it counts; read it afterwards.</remarks>
internal sealed class ChaosTally
{
    private readonly Lock _lock = new();
    private readonly List<double> _milliseconds = [];
    private readonly List<string> _examples = [];

    public int Requests { get; private set; }

    /// <summary>Gets how many callers got one whole answer.</summary>
    public int Served { get; private set; }

    /// <summary>Gets how many got an error, or an answer that is none, although a healthy endpoint was there.</summary>
    public int Lost { get; private set; }

    /// <summary>Gets how many saw output of more than one call, or any output twice.</summary>
    public int Duplicated { get; private set; }

    /// <summary>Gets how many saw the beginning of an answer, and then a typed error.</summary>
    public int TruncatedReported { get; private set; }

    /// <summary>Gets how many saw the beginning of an answer, and then a clean end.</summary>
    public int TruncatedSilent { get; private set; }

    /// <summary>Gets how many got a typed error when no endpoint was healthy.</summary>
    public int Failed { get; private set; }

    /// <summary>Gets how many callers gave up.</summary>
    public int GaveUp { get; private set; }

    /// <summary>Gets how many calls were made.</summary>
    public int Attempts { get; private set; }

    /// <summary>Gets what was booked as exact, less what was charged for it.</summary>
    public decimal DriftUsd { get; private set; }

    /// <summary>Gets how many attempts were booked as exact, but charged otherwise.</summary>
    public int Drifting { get; private set; }

    /// <summary>Gets how many attempts were booked as exact.</summary>
    public int Exact { get; private set; }

    /// <summary>Gets how many requests report another number of attempts than their endpoints have seen.</summary>
    public int Miscounted { get; private set; }

    /// <summary>Gets the first few things that went wrong, to look into.</summary>
    public IReadOnlyList<string> Examples => _examples;

    public void Add(ChaosResult result)
    {
        lock (_lock)
        {
            Requests++;
            Attempts += result.Attempts;
            Exact += result.ExactAttempts;
            Drifting += result.DriftingAttempts;
            DriftUsd += result.DriftUsd;
            Miscounted += result.IsMiscounted ? 1 : 0;
            _milliseconds.Add(result.Elapsed.TotalMilliseconds);
            switch (result.Ending)
            {
                case ChaosEnding.Served: Served++; break;
                case ChaosEnding.Lost: Lost++; break;
                case ChaosEnding.Duplicated: Duplicated++; break;
                case ChaosEnding.TruncatedReported: TruncatedReported++; break;
                case ChaosEnding.TruncatedSilent: TruncatedSilent++; break;
                case ChaosEnding.Failed: Failed++; break;
                default: GaveUp++; break;
            }

            bool isWrong = result.Ending is ChaosEnding.Lost or ChaosEnding.Duplicated or ChaosEnding.TruncatedSilent || result.DriftingAttempts > 0 || result.IsMiscounted;
            if (isWrong && _examples.Count < 5)
            {
                _examples.Add(result.Note);
            }
        }
    }

    public string ToJson()
    {
        _milliseconds.Sort();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"requests\":{Requests},\"served\":{Served},\"lost\":{Lost},\"duplicated\":{Duplicated},\"truncated_reported\":{TruncatedReported},"
            + $"\"truncated_silent\":{TruncatedSilent},\"ledger_drift_usd\":{DriftUsd / 1.000000000000000000m},\"attempts\":{Attempts},"
            + $"\"p50_ms\":{Percentile(0.5):0.###},\"p99_ms\":{Percentile(0.99):0.###},"
            + $"\"failed\":{Failed},\"gave_up\":{GaveUp},\"exact_attempts\":{Exact},\"drifting_attempts\":{Drifting},\"miscounted\":{Miscounted}}}");
    }

    private double Percentile(double ratio) => _milliseconds.Count == 0 ? 0 : _milliseconds[(int)Math.Min(_milliseconds.Count - 1, _milliseconds.Count * ratio)];
}
