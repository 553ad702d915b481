using System.Buffers;
using System.Text;

namespace LlmRouting.JsonSchema;

// A text widened for what reads characters: patterns and formats.
internal ref struct Utf16Text
{
    internal const int StackChars = 256;

    private char[]? _rented;

    internal Utf16Text(ReadOnlySpan<byte> text, Span<char> scratch)
    {
        if (text.Length > scratch.Length)
        {
            scratch = _rented = ArrayPool<char>.Shared.Rent(text.Length);
        }

        Span = scratch[..Encoding.UTF8.GetChars(text, scratch)];
    }

    internal ReadOnlySpan<char> Span { get; }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<char>.Shared.Return(_rented);
            _rented = null;
        }
    }
}
