using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using LlmRouting.Onnx.Tokenization.Files;
using LlmRouting.Onnx.Tokenization.Models;
using LlmRouting.Onnx.Tokenization.Normalizers;
using LlmRouting.Onnx.Tokenization.PreTokenizers;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>Reads the tokenizer that a model comes with: Hugging Face's <c>tokenizer.json</c>, or BERT's <c>vocab.txt</c>.</summary>
/// <remarks>
/// <para>Thread-safe. Models: WordPiece, BPE (byte-level or not), Unigram. Steady use allocates nothing but what the caller's writer needs. The result
/// does not depend on the host's culture or globalization mode.</para>
/// <para>Pairs of texts, decoding and offsets are not offered. Broken surrogates are read as U+FFFD.</para>
/// </remarks>
public sealed class HuggingFaceTokenizer : ITextTokenizer
{
    private readonly AddedTokenFinder? _rawTokens;
    private readonly AddedTokenFinder? _normalizedTokens;
    private readonly Normalizer? _normalizer;
    private readonly PreTokenizer? _preTokenizer;
    private readonly TokenModel _model;
    private readonly ConcurrentQueue<EncodingScratch> _idle = new();

    internal HuggingFaceTokenizer(TokenizerParts parts)
    {
        _normalizer = parts.Normalizer;
        _preTokenizer = parts.PreTokenizer;
        _model = parts.Model;
        _rawTokens = Finder([.. parts.AddedTokens.Where(static t => !t.IsNormalized).Select(static t => (t.Content, t))]);
        _normalizedTokens = Finder([.. parts.AddedTokens.Where(static t => t.IsNormalized).Select(t => (Normalize(t.Content), t))]);
        Template = parts.Template;
        PadId = parts.PadId;
        MaxTokens = parts.MaxTokens;
    }

    /// <inheritdoc/>
    public SpecialTokenTemplate Template { get; }

    /// <inheritdoc/>
    public int PadId { get; }

    /// <inheritdoc/>
    public int? MaxTokens { get; }

    /// <summary>Reads <c>tokenizer.json</c>, or else <c>vocab.txt</c>, of a model's folder, or such a file itself.</summary>
    /// <param name="path">The folder or file. A <c>tokenizer_config.json</c> beside it says how long texts may be.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="TokenizerException">Nothing was found there, or it cannot be read: a file that is no JSON, or a part of an unknown kind.</exception>
    public static HuggingFaceTokenizer Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return TokenizerFiles.Load(path);
    }

    /// <summary>Reads the text of a <c>tokenizer.json</c>.</summary>
    /// <param name="utf8Json">The file's bytes; not kept.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="TokenizerException">It cannot be read.</exception>
    public static HuggingFaceTokenizer FromJson(ReadOnlyMemory<byte> utf8Json) => TokenizerFiles.FromJson(utf8Json, maxTokens: null);

    /// <summary>Makes BERT's tokenizer from its vocabulary.</summary>
    /// <param name="tokens">The lines of <c>vocab.txt</c>; a token's id is its line. <c>[UNK]</c>, <c>[CLS]</c> and <c>[SEP]</c> must be among them.</param>
    /// <param name="lowercase">Whether the model was trained on lower case ("uncased"), without accents.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="TokenizerException">A special token is missing.</exception>
    public static HuggingFaceTokenizer FromVocabulary(IEnumerable<string> tokens, bool lowercase)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return TokenizerFiles.FromVocabulary(tokens, lowercase, maxTokens: null);
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<char> text, IBufferWriter<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        EncodingScratch scratch = _idle.TryDequeue(out EncodingScratch? idle) ? idle : new EncodingScratch();
        try
        {
            if (ids is TokenBuffer buffer)
            {
                EncodeText(text, buffer, scratch);
                return;
            }

            using var own = new TokenBuffer();
            EncodeText(text, own, scratch);
            ids.Write(own.Written);
        }
        finally
        {
            Return(scratch);
        }
    }

    private static AddedTokenFinder? Finder(IReadOnlyList<(string Text, AddedToken Token)> tokens) => tokens.Count == 0 ? null : new(tokens);

    private string Normalize(string text)
    {
        if (_normalizer is null)
        {
            return text;
        }

        var output = new TextBuffer();
        _normalizer.Normalize(text, output);
        return output.Written.ToString();
    }

    private void Return(EncodingScratch scratch)
    {
        if (_idle.Count < 2 * Environment.ProcessorCount)
        {
            scratch.Trim();
            _idle.Enqueue(scratch);
        }
        else
        {
            scratch.Dispose();
        }
    }

    private void EncodeText(ReadOnlySpan<char> text, TokenBuffer ids, EncodingScratch scratch)
    {
        text = WellFormed(text, scratch.WellFormed);
        int from = 0;
        while (_rawTokens?.Next(text, from, out int start, out int end) is { } token)
        {
            EncodeSection(text[from..start], from == 0, ids, scratch);
            ids.Add(token.Id);
            from = end;
        }

        EncodeSection(text[from..], from == 0, ids, scratch);
    }

    private void EncodeSection(ReadOnlySpan<char> section, bool isFirst, TokenBuffer ids, EncodingScratch scratch)
    {
        if (section.IsEmpty)
        {
            return;
        }

        if (_normalizer is not null)
        {
            scratch.Normalized.Clear();
            _normalizer.Normalize(section, scratch.Normalized);
            section = scratch.Normalized.Written;
        }

        int from = 0;
        while (_normalizedTokens?.Next(section, from, out int start, out int end) is { } token)
        {
            EncodePieces(section[from..start], isFirst && from == 0, ids, scratch);
            ids.Add(token.Id);
            from = end;
        }

        EncodePieces(section[from..], isFirst && from == 0, ids, scratch);
    }

    private void EncodePieces(ReadOnlySpan<char> text, bool isFirst, TokenBuffer ids, EncodingScratch scratch)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (_preTokenizer is null)
        {
            _model.Encode(text, ids, scratch);
            return;
        }

        PieceList pieces = scratch.Pieces;
        pieces.Clear();
        _preTokenizer.Split(text, isFirst, pieces);
        for (int i = 0; i < pieces.Count; i++)
        {
            _model.Encode(pieces[i], ids, scratch);
        }
    }

    // Everything behind this line may rely on surrogates coming in pairs.
    private static ReadOnlySpan<char> WellFormed(ReadOnlySpan<char> text, TextBuffer buffer)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return text;
        }

        buffer.Clear();
        foreach (Rune rune in text.EnumerateRunes())
        {
            buffer.Append(rune);
        }

        return buffer.Written;
    }
}
