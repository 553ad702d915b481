namespace LlmRouting;

/// <summary>Counts successes and failures over a rolling window.</summary>
/// <remarks>
/// Not thread-safe but for <see cref="AddSuccess"/>, which takes neither lock nor clock: successes are booked into the part of the window that
/// is open when a failure comes. What was booked before the first failure of a window may so be left out, never what came between failures.
/// </remarks>
internal sealed class FailureWindow
{
    // As many parts as Polly's rolling metrics have; the window is then exact to a tenth.
    private const int Parts = 10;

    private readonly int[] _successes = new int[Parts];
    private readonly int[] _failures = new int[Parts];
    private long _part = -1;
    private int _unbooked;

    public int Failures { get; private set; }

    public int Total { get; private set; }

    public void AddSuccess() => Interlocked.Increment(ref _unbooked);

    public void AddFailure(long now, TimeSpan length)
    {
        int unbooked = Interlocked.Exchange(ref _unbooked, 0);
        if (_part >= 0)
        {
            _successes[_part % Parts] += unbooked;
            Total += unbooked;
        }

        Roll(now / Math.Max(1, length.Ticks / Parts));
        _failures[_part % Parts]++;
        Failures++;
        Total++;
    }

    public void Clear()
    {
        Interlocked.Exchange(ref _unbooked, 0);
        Array.Clear(_successes);
        Array.Clear(_failures);
        Failures = 0;
        Total = 0;
        _part = -1;
    }

    private void Roll(long part)
    {
        // A reload may change the length of the window, and with it the numbering: then everything is old.
        bool isOld = _part < 0 || part < _part || part - _part >= Parts;
        if (isOld)
        {
            Array.Clear(_successes);
            Array.Clear(_failures);
            Failures = 0;
            Total = 0;
        }
        else
        {
            for (long i = _part + 1; i <= part; i++)
            {
                Failures -= _failures[i % Parts];
                Total -= _failures[i % Parts] + _successes[i % Parts];
                _failures[i % Parts] = 0;
                _successes[i % Parts] = 0;
            }
        }

        _part = part;
    }
}
