using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;

namespace LlmRouting.HandOff;

/// <summary>Remembers who issued conversation ids and continuation tokens.</summary>
/// <remarks>
/// Thread-safe. Bounded: the oldest is forgotten for the newest. Ids are kept as hashes: some services let whoever knows one read the
/// conversation. Services that count their conversations issue the same ids: of one id, each provider's last issuer is remembered. Per process:
/// another replica, or this one after a restart, knows nothing and says so.
/// </remarks>
internal sealed class IssuerMap(TimeProvider timeProvider, int capacity = IssuerMap.DefaultCapacity)
{
    public const int DefaultCapacity = 16_384;

    // Long enough for a conversation that is taken up again the next morning; services themselves keep theirs for weeks.
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, LinkedListNode<Entry>> _newest = [];
    private readonly LinkedList<Entry> _oldestFirst = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _oldestFirst.Count;
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
                Remove_NeedsLock(HashOf(previous), issuer);
            }
        }

        Add(HashOf(token), issuer);
    }

    /// <summary>Finds who issued what a request carries.</summary>
    /// <returns>One of each provider that issued it, the latest first; none when it carries nothing, or nobody remembers.</returns>
    public ImmutableArray<Issuer> Find(ChatOptions? options) =>
        options?.ContinuationToken is { } token && Find(HashOf(token)) is { IsEmpty: false } known ? known
        : options?.ConversationId is { } id ? Find(HashOf(id))
        : [];

    private ImmutableArray<Issuer> Find(UInt128 hash)
    {
        lock (_lock)
        {
            Expire_NeedsLock();
            ImmutableArray<Issuer>.Builder issuers = ImmutableArray.CreateBuilder<Issuer>(1);
            for (LinkedListNode<Entry>? node = _newest.GetValueOrDefault(hash); node is not null; node = node.Value.Older)
            {
                issuers.Add(node.Value.Issuer);
            }

            return issuers.ToImmutable();
        }
    }

    private void Add(UInt128 hash, Issuer issuer)
    {
        lock (_lock)
        {
            Expire_NeedsLock();
            Remove_NeedsLock(hash, issuer);
            if (_oldestFirst.Count >= capacity)
            {
                Forget_NeedsLock(_oldestFirst.First!); // not null: the map is full
            }

            _newest[hash] = _oldestFirst.AddLast(new Entry(hash, issuer, timeProvider.GetTimestamp(), _newest.GetValueOrDefault(hash)));
        }
    }

    private void Expire_NeedsLock()
    {
        while (_oldestFirst.First is { } oldest && timeProvider.GetElapsedTime(oldest.Value.AddedAt) > Lifetime)
        {
            Forget_NeedsLock(oldest);
        }
    }

    private void Remove_NeedsLock(UInt128 hash, Issuer issuer)
    {
        LinkedListNode<Entry>? node = _newest.GetValueOrDefault(hash);
        while (node is not null && !ContentOrigin.IsSameProvider(node.Value.Issuer.Origin, issuer.Origin))
        {
            node = node.Value.Older;
        }

        if (node is not null)
        {
            Forget_NeedsLock(node);
        }
    }

    private void Forget_NeedsLock(LinkedListNode<Entry> node)
    {
        _oldestFirst.Remove(node);
        (UInt128 hash, _, _, LinkedListNode<Entry>? older) = node.Value;
        LinkedListNode<Entry> newer = _newest[hash];
        if (newer != node)
        {
            while (newer.Value.Older != node)
            {
                newer = newer.Value.Older!; // not null: the one that is forgotten is among the older ones
            }

            newer.Value = newer.Value with { Older = older };
        }
        else if (older is null)
        {
            _newest.Remove(hash);
        }
        else
        {
            _newest[hash] = older;
        }
    }

    private static UInt128 HashOf(string id) => HashOf(Encoding.UTF8.GetBytes(id));

    private static UInt128 HashOf(ResponseContinuationToken token) => HashOf(token.ToBytes().Span);

    private static UInt128 HashOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(bytes));

    // Older is the same id's entry of another provider.
    private readonly record struct Entry(UInt128 Hash, Issuer Issuer, long AddedAt, LinkedListNode<Entry>? Older);
}
