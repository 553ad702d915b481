using System.Buffers;
using System.Numerics;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

internal sealed class UniqueItemsKeyword() : Keyword("uniqueItems", Arrays)
{
    private const int FewItems = 6;

    internal override string Message => "must not have two equal items.";

    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        int count = instance.GetArrayLength();
        evaluation.Charge(count);
        return count <= FewItems ? FewAreUnique(instance) : ManyAreUnique(instance, count, evaluation);
    }

    private static bool FewAreUnique(in JsonElement instance)
    {
        int index = 0;
        foreach (JsonElement item in instance.EnumerateArray())
        {
            int other = 0;
            foreach (JsonElement earlier in instance.EnumerateArray())
            {
                if (other++ == index)
                {
                    break;
                }

                if (JsonEquality.AreEqual(item, earlier))
                {
                    return false;
                }
            }

            index++;
        }

        return true;
    }

    // A chained hash table over rented arrays: linear, since the hash has a random seed.
    private static bool ManyAreUnique(in JsonElement instance, int count, Evaluation evaluation)
    {
        int size = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)count), 1 << 30);
        JsonElement[] items = ArrayPool<JsonElement>.Shared.Rent(count);
        int[] buckets = ArrayPool<int>.Shared.Rent(size);
        (int Hash, int Next)[] entries = ArrayPool<(int, int)>.Shared.Rent(count);
        Array.Fill(buckets, -1, 0, size);
        try
        {
            int index = 0;
            foreach (JsonElement item in instance.EnumerateArray())
            {
                int hash = JsonEquality.Hash(item);
                ref int bucket = ref buckets[hash & (size - 1)];
                for (int at = bucket; at >= 0; at = entries[at].Next)
                {
                    evaluation.Charge(1);
                    if (entries[at].Hash == hash && JsonEquality.AreEqual(items[at], item))
                    {
                        return false;
                    }
                }

                items[index] = item;
                entries[index] = (hash, bucket);
                bucket = index++;
            }

            return true;
        }
        finally
        {
            ArrayPool<JsonElement>.Shared.Return(items, clearArray: true);
            ArrayPool<int>.Shared.Return(buckets);
            ArrayPool<(int, int)>.Shared.Return(entries);
        }
    }
}
