using System.Buffers;
using System.Collections.Immutable;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>Holds one text as a model reads it: ids with their special tokens, and what had to be left out.</summary>
/// <remarks>Not thread-safe; lives on a pooled array, which <see cref="Dispose"/> gives back.</remarks>
public sealed class EncodedText : IDisposable
{
    private readonly SpecialTokenTemplate _template;
    private readonly int _padId;
    private int[] _ids;

    internal EncodedText(ITextTokenizer tokenizer, ReadOnlySpan<int> head, ReadOnlySpan<int> tail, int droppedTokens, int droppedCharacters)
    {
        _template = tokenizer.Template;
        _padId = tokenizer.PadId;
        Length = _template.Count + head.Length + tail.Length;
        DroppedTokens = droppedTokens;
        DroppedCharacters = droppedCharacters;
        _ids = ArrayPool<int>.Shared.Rent(Math.Max(Length, 1));
        Span<int> rest = Write(_template.Prefix, _ids);
        head.CopyTo(rest);
        tail.CopyTo(rest[head.Length..]);
        Write(_template.Suffix, rest[(head.Length + tail.Length)..]);
    }

    /// <summary>Gets how many tokens the row has, special ones included.</summary>
    public int Length { get; private set; }

    /// <summary>Gets the ids.</summary>
    /// <value>Valid until <see cref="Dispose"/>.</value>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Length);

    /// <summary>Gets how many tokens of the text were left out, because the row would have been too long.</summary>
    public int DroppedTokens { get; }

    /// <summary>Gets how many characters were never tokenized, because the text was longer than <see cref="TokenEncoderSettings.MaxCharacters"/>.</summary>
    /// <value>UTF-16 code units; they are not counted in <see cref="DroppedTokens"/>.</value>
    public int DroppedCharacters { get; }

    /// <summary>Writes the row as the tensors of a batch want it, padded at its end to the length of the spans.</summary>
    /// <param name="ids">Receives the ids; at least <see cref="Length"/> long; the rest is filled with the pad id.</param>
    /// <param name="attentionMask">Receives 1 for each token and 0 for padding; as long as <paramref name="ids"/>, or empty to leave it out.</param>
    /// <param name="tokenTypeIds">Receives the token types; as long as <paramref name="ids"/>, or empty to leave them out.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void CopyTo(Span<long> ids, Span<long> attentionMask, Span<long> tokenTypeIds)
    {
        ThrowIfShort(ids.Length < Length, nameof(ids));
        ThrowIfShort(!attentionMask.IsEmpty && attentionMask.Length != ids.Length, nameof(attentionMask));
        ThrowIfShort(!tokenTypeIds.IsEmpty && tokenTypeIds.Length != ids.Length, nameof(tokenTypeIds));
        for (int i = 0; i < Length; i++)
        {
            ids[i] = _ids[i];
        }

        ids[Length..].Fill(_padId);
        if (!attentionMask.IsEmpty)
        {
            attentionMask[..Length].Fill(1);
            attentionMask[Length..].Clear();
        }

        if (!tokenTypeIds.IsEmpty)
        {
            tokenTypeIds.Clear();
            WriteTypes(tokenTypeIds[..Length]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        int[] ids = _ids;
        _ids = [];
        Length = 0;
        if (ids.Length > 0)
        {
            ArrayPool<int>.Shared.Return(ids);
        }
    }

    private static Span<int> Write(ImmutableArray<SpecialToken> tokens, Span<int> target)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            target[i] = tokens[i].Id;
        }

        return target[tokens.Length..];
    }

    private static void ThrowIfShort(bool isShort, string name)
    {
        if (isShort)
        {
            throw new ArgumentException("The span does not fit the row; ids must hold at least Length tokens, the others as many as ids.", name);
        }
    }

    private void WriteTypes(Span<long> types)
    {
        int at = 0;
        foreach (SpecialToken token in _template.Prefix)
        {
            types[at++] = token.TypeId;
        }

        int end = Length - _template.Suffix.Length;
        types[at..end].Fill(_template.TextTypeId);
        foreach (SpecialToken token in _template.Suffix)
        {
            types[end++] = token.TypeId;
        }
    }
}
