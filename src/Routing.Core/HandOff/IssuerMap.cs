using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;

namespace LlmRouting.HandOff;

/// <summary>Remembers who issued conversation ids and continuation tokens.</summary>
/// <remarks>
/// Thread-safe. Bounded: the oldest is forgotten for the newest. Ids are kept as hashes: some services let whoever knows one read the
/// conversation. Per process: another replica, or this one after a restart, knows nothing and says so.
/// </remarks>
internal sealed class IssuerMap(TimeProvider timeProvider, int capacity = IssuerMap.DefaultCapacity)
{
    public const int DefaultCapacity = 16_384;

    // Long enough for a conversation that is taken up again the next morning; services themselves keep theirs for weeks.
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _oldestFirst = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Remembers who issued a conversation's id.</summary>
    public void Remember(string conversationId, Issuer issuer) => Add(HashOf(conversationId), issuer);

    /// <summary>Remembers who issued a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="issuer">Who.</param>
    /// <param name="previous">The token of the same answer that this one replaces: a stream issues one with each update.</param>
    public void Remember(ResponseContinuationToken token, Issuer issuer, ResponseContinuationToken? previous)
    {
        if (previous is not null)
        {
            lock (_lock)
            {
                Remove_NeedsLock(HashOf(previous));
            }
        }

        Add(HashOf(token), issuer);
    }

    /// <summary>Finds who issued what a request carries.</summary>
    /// <returns>null when it carries nothing, or nobody remembers.</returns>
    public Issuer? Find(ChatOptions? options) =>
        options?.ContinuationToken is { } token ? Find(HashOf(token)) ?? FindConversation(options) : FindConversation(options);

    private Issuer? FindConversation(ChatOptions? options) => options?.ConversationId is { } id ? Find(HashOf(id)) : null;

    private Issuer? Find(UInt128 hash)
    {
        lock (_lock)
        {
            Expire_NeedsLock();
            return _entries.TryGetValue(hash, out LinkedListNode<Entry>? node) ? node.Value.Issuer : null;
        }
    }

    private void Add(UInt128 hash, Issuer issuer)
    {
        lock (_lock)
        {
            Expire_NeedsLock();
            Remove_NeedsLock(hash);
            if (_entries.Count >= capacity)
            {
                Remove_NeedsLock(_oldestFirst.First!.Value.Hash); // not null: the map is full
            }

            _entries[hash] = _oldestFirst.AddLast(new Entry(hash, issuer, timeProvider.GetTimestamp()));
        }
    }

    private void Expire_NeedsLock()
    {
        while (_oldestFirst.First is { } oldest && timeProvider.GetElapsedTime(oldest.Value.AddedAt) > Lifetime)
        {
            Remove_NeedsLock(oldest.Value.Hash);
        }
    }

    private void Remove_NeedsLock(UInt128 hash)
    {
        if (_entries.Remove(hash, out LinkedListNode<Entry>? node))
        {
            _oldestFirst.Remove(node);
        }
    }

    private static UInt128 HashOf(string id) => HashOf(Encoding.UTF8.GetBytes(id));

    private static UInt128 HashOf(ResponseContinuationToken token) => HashOf(token.ToBytes().Span);

    private static UInt128 HashOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(bytes));

    private readonly record struct Entry(UInt128 Hash, Issuer Issuer, long AddedAt);
}
