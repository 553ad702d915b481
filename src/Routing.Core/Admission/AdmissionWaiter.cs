namespace LlmRouting.Admission;

/// <summary>Is a request that waits for its turn.</summary>
/// <remarks>Its limiter's lock guards <see cref="IsQueued"/>; whoever takes it out of the queue completes it, outside the lock.</remarks>
internal sealed class AdmissionWaiter(AdmissionLimiter limiter, RequestPriority priority)
{
    // Continues elsewhere: whoever releases a place is not made to run the next request.
    private readonly TaskCompletionSource<bool> _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AdmissionLimiter Limiter => limiter;

    public RequestPriority Priority => priority;

    public LinkedListNode<AdmissionWaiter>? Node { get; set; }

    /// <summary>Gets whether its turn has not come, its time is not over, and it was not cancelled.</summary>
    public bool IsQueued => Node is not null;

    /// <summary>Gets a task that is true when the turn has come, and false when the time is over.</summary>
    public Task<bool> Turn => _turn.Task;

    public void Admit() => _turn.SetResult(true);

    public void TimeOut() => _turn.SetResult(false);

    public void Cancel(CancellationToken cancellationToken) => _turn.SetCanceled(cancellationToken);
}
