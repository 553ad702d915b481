namespace LlmRouting.Onnx.Tokenization;

/// <summary>Fits texts into a model: tokenizes, cuts what is too long, puts the special tokens around the rest.</summary>
/// <remarks>Thread-safe. A call costs time in proportion to at most <see cref="TokenEncoderSettings.MaxCharacters"/> and allocates one object.</remarks>
public sealed class TokenEncoder
{
    private const int FallbackMaxTokens = 512;

    private readonly ITextTokenizer _tokenizer;
    private readonly TokenEncoderSettings _settings;
    private readonly int _room;

    /// <summary>Creates an encoder.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="settings">Limits; null takes <see cref="TokenEncoderSettings.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limits leave no room for a single token of text.</exception>
    public TokenEncoder(ITextTokenizer tokenizer, TokenEncoderSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _settings = settings ?? TokenEncoderSettings.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(_settings.MaxCharacters, 2, nameof(settings));
        MaxTokens = _settings.MaxTokens ?? tokenizer.MaxTokens ?? FallbackMaxTokens;
        _room = MaxTokens - tokenizer.Template.Count;
        if (_room < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(settings), MaxTokens, $"A row of {MaxTokens} tokens has no room for text beside {tokenizer.Template.Count} special tokens.");
        }
    }

    /// <summary>Gets how many tokens a row has at most.</summary>
    public int MaxTokens { get; }

    /// <summary>Gets the id that pads rows.</summary>
    public int PadId => _tokenizer.PadId;

    /// <summary>Encodes a text.</summary>
    /// <param name="text">The text; any UTF-16.</param>
    /// <returns>The row, for the caller to dispose.</returns>
    public EncodedText Encode(ReadOnlySpan<char> text)
    {
        using var ids = new TokenBuffer(Math.Min(text.Length, 512));
        int unread = text.Length - _settings.MaxCharacters;
        if (unread <= 0)
        {
            _tokenizer.Encode(text, ids);
            return Fit(ids.Written, [], 0);
        }

        switch (_settings.Truncation)
        {
            case TokenTruncation.Head:
                _tokenizer.Encode(text[..^unread], ids);
                return Fit(ids.Written, [], unread);
            case TokenTruncation.Tail:
                _tokenizer.Encode(text[unread..], ids);
                return Fit(ids.Written, [], unread);
            default:
                int half = _settings.MaxCharacters / 2;
                _tokenizer.Encode(text[..(_settings.MaxCharacters - half)], ids);
                using (var tail = new TokenBuffer())
                {
                    _tokenizer.Encode(text[^half..], tail);
                    return Fit(ids.Written, tail.Written, unread);
                }
        }
    }

    // The two spans are one text, the second of them empty unless its middle was never read.
    private EncodedText Fit(ReadOnlySpan<int> first, ReadOnlySpan<int> second, int unread)
    {
        int count = first.Length + second.Length;
        if (count <= _room)
        {
            return new EncodedText(_tokenizer, first, second, 0, unread);
        }

        int kept = _settings.Truncation switch
        {
            TokenTruncation.Head => _room,
            TokenTruncation.Tail => 0,
            _ => _room - (_room / 2),
        };
        ReadOnlySpan<int> last = second.IsEmpty ? first : second;
        int fromEnd = _room - kept;
        if (!second.IsEmpty)
        {
            // What one side does not need, the other may have.
            kept = Math.Min(first.Length, Math.Max(kept, _room - second.Length));
            fromEnd = _room - kept;
        }

        return new EncodedText(_tokenizer, first[..kept], last[^fromEnd..], count - _room, unread);
    }
}
