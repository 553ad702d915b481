using System.Collections.Immutable;

namespace LlmRouting;

/// <summary>Collects the steps of one decision.</summary>
internal sealed class DecisionTrace
{
    // The commonest decision takes three steps (affinity abstains, a classifier answers, tiers decide) and then needs no copy.
    private const int CommonSteps = 3;

    private DecisionStep[] _steps = [];
    private int _count;

    public int Count => _count;

    public void Add(in DecisionStep step)
    {
        if (_count == _steps.Length)
        {
            Array.Resize(ref _steps, _count == 0 ? CommonSteps : _count * 2);
        }

        _steps[_count++] = step;
    }

    /// <summary>Forgets the steps after the first ones.</summary>
    public void Truncate(int count) => _count = count;

    public ReadOnlySpan<DecisionStep> AsSpan() => _steps.AsSpan(0, _count);

    public ImmutableArray<DecisionStep> ToImmutable() =>
        _count == _steps.Length
            ? System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(_steps)
            : [.. AsSpan()];
}
