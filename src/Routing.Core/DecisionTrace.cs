using System.Collections.Immutable;

namespace LlmRouting;

/// <summary>Collects the steps of one decision. What else it is told, it forgets: that is for those who derive from it.</summary>
internal class DecisionTrace
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

    /// <summary>Gets the moment as of which the decision is made.</summary>
    /// <value>null means now.</value>
    public virtual DateTimeOffset? AsOf => null;

    /// <summary>Gets the model that is known to keep the conversation which the request carries on.</summary>
    /// <value>null leaves it to the memory of conversations.</value>
    public virtual string? KnownKeeper => null;

    /// <summary>Lets the models stand still for as long as the decision is made.</summary>
    public virtual IModelLookup Freeze(IModelLookup models) => models;

    /// <summary>Takes note of what a strategy said.</summary>
    public virtual void NoteVerdict(string strategy, in StrategyVerdict verdict, bool isClassified)
    {
    }

    /// <summary>Takes note of what a classifier answered, or why it did not.</summary>
    public virtual void NoteAnswer(string classifier, Classification? answer, string? failure)
    {
    }

    /// <summary>Takes note that a soft constraint had something to say.</summary>
    public virtual void NoteSoft(string constraint)
    {
    }

    /// <summary>Takes note of the model that keeps the conversation which the request carries on.</summary>
    public virtual void NoteKeeper(string modelId)
    {
    }
}
