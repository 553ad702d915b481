namespace LlmRouting.JsonSchema;

// Finds names by their UTF-8 bytes. Few are compared one by one; more are hashed, with the process's random seed, so that chosen
// names do not collide.
internal sealed class Utf8NameTable
{
    internal static readonly IEqualityComparer<byte[]> Comparer =
        EqualityComparer<byte[]>.Create((a, b) => a.AsSpan().SequenceEqual(b), name => Hash(name));

    private const int FewNames = 8;

    private readonly byte[][] _names;
    private readonly int[] _buckets;
    private readonly int[] _next;

    // The names must be distinct.
    internal Utf8NameTable(byte[][] names)
    {
        _names = names;
        HasBackslash = Array.Exists(names, name => name.AsSpan().Contains((byte)'\\'));
        _buckets = names.Length <= FewNames ? [] : new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)names.Length * 2)];
        _next = new int[_buckets.Length == 0 ? 0 : names.Length];
        Array.Fill(_buckets, -1);
        for (int i = 0; i < _next.Length; i++)
        {
            ref int bucket = ref _buckets[Hash(names[i]) & (_buckets.Length - 1)];
            _next[i] = bucket;
            bucket = i;
        }
    }

    internal int Count => _names.Length;

    // Whether a name could equal an escaped one byte for byte and yet be another.
    internal bool HasBackslash { get; }

    internal ReadOnlySpan<byte> this[int index] => _names[index];

    // Instances mostly keep the schema's order, so the caller's guess (the index after the last hit) is looked at first.
    internal int Find(ReadOnlySpan<byte> name, int guess)
    {
        if ((uint)guess < (uint)_names.Length && name.SequenceEqual(_names[guess]))
        {
            return guess;
        }

        if (_buckets.Length == 0)
        {
            for (int i = 0; i < _names.Length; i++)
            {
                if (name.SequenceEqual(_names[i]))
                {
                    return i;
                }
            }

            return -1;
        }

        int at = _buckets[Hash(name) & (_buckets.Length - 1)];
        while (at >= 0 && !name.SequenceEqual(_names[at]))
        {
            at = _next[at];
        }

        return at;
    }

    private static int Hash(ReadOnlySpan<byte> name)
    {
        var hash = default(HashCode);
        hash.AddBytes(name);
        return hash.ToHashCode();
    }
}
