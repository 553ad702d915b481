using System.Collections.Concurrent;

namespace LlmRouting.Onnx.Tokenization.PreTokenizers;

/// <summary>Splits the pieces of one pre-tokenizer with the next.</summary>
internal sealed class SequencePreTokenizer(PreTokenizer[] steps) : PreTokenizer
{
    private readonly ConcurrentQueue<PieceList> _idle = new();

    internal override void Split(ReadOnlySpan<char> piece, bool isFirst, PieceList output)
    {
        PieceList current = Rent();
        PieceList next = Rent();
        current.Add(piece);
        for (int i = 0; i < steps.Length; i++)
        {
            PieceList target = i == steps.Length - 1 ? output : next;
            for (int j = 0; j < current.Count; j++)
            {
                steps[i].Split(current[j], isFirst && j == 0, target);
            }

            (current, next) = (next, current);
            next.Clear();
        }

        if (steps.Length == 0)
        {
            output.Add(piece);
        }

        Return(current);
        Return(next);
    }

    private PieceList Rent() => _idle.TryDequeue(out PieceList? list) ? list : new PieceList();

    private void Return(PieceList list)
    {
        if (_idle.Count < 2 * Environment.ProcessorCount)
        {
            list.Trim();
            _idle.Enqueue(list);
        }
    }
}
