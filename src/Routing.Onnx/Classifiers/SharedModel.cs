namespace LlmRouting.Onnx.Classifiers;

/// <summary>Counts who uses something, and disposes it when its owner and the last of them have let go.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SharedModel<T>(T value)
    where T : class, IDisposable
{
    private int _users = 1; // its owner

    public T Value { get; } = value;

    /// <summary>Begins to use it; false when it is gone already.</summary>
    public bool TryAcquire()
    {
        int users = Volatile.Read(ref _users);
        while (users > 0)
        {
            int found = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (found == users)
            {
                return true;
            }

            users = found;
        }

        return false;
    }

    /// <summary>Lets go of it; once for each time that it was acquired, and once for its owner.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            Value.Dispose();
        }
    }
}
