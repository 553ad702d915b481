using System.Buffers;
using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Onnx.Tests.Tokenization;

[TestFixture]
internal sealed class TokenEncoderTests
{
    [Test]
    public void Encode_PutsSpecialTokensAroundTheText()
    {
        using EncodedText encoded = new TokenEncoder(new LetterTokenizer()).Encode("abc");

        Assert.Multiple(() =>
        {
            Assert.That(encoded.Ids.ToArray(), Is.EqualTo(new[] { 1, 'a', 'b', 'c', 2 }));
            Assert.That(encoded.DroppedTokens, Is.Zero);
        });
    }

    [TestCase(TokenTruncation.Head, "abcd")]
    [TestCase(TokenTruncation.Tail, "ghij")]
    [TestCase(TokenTruncation.HeadAndTail, "abij")]
    [Description("R24 truncation is counted")]
    public void Encode_CutsWhereItWasTold_AndCounts(TokenTruncation truncation, string kept)
    {
        var encoder = new TokenEncoder(new LetterTokenizer(), new TokenEncoderSettings { MaxTokens = 6, Truncation = truncation });

        using EncodedText encoded = encoder.Encode("abcdefghij");

        Assert.Multiple(() =>
        {
            Assert.That(Text(encoded), Is.EqualTo(kept));
            Assert.That(encoded.Length, Is.EqualTo(6));
            Assert.That(encoded.DroppedTokens, Is.EqualTo(6));
        });
    }

    [TestCase(TokenTruncation.Head, "abc", 0)]
    [TestCase(TokenTruncation.Tail, "hij", 0)]
    [TestCase(TokenTruncation.HeadAndTail, "abj", 1)]
    [Description("R24 bounded input")]
    public void Encode_ReadsNoMoreThanItMay(TokenTruncation truncation, string kept, int droppedTokens)
    {
        int maxCharacters = truncation == TokenTruncation.HeadAndTail ? 4 : 3;
        var tokenizer = new LetterTokenizer();
        var encoder = new TokenEncoder(tokenizer, new TokenEncoderSettings { MaxTokens = 5, MaxCharacters = maxCharacters, Truncation = truncation });

        using EncodedText encoded = encoder.Encode("abcdefghij");

        Assert.Multiple(() =>
        {
            Assert.That(Text(encoded), Is.EqualTo(kept));
            Assert.That(encoded.DroppedTokens, Is.EqualTo(droppedTokens));
            Assert.That(encoded.DroppedCharacters, Is.EqualTo(10 - maxCharacters));
            Assert.That(tokenizer.Read, Is.EqualTo(maxCharacters));
        });
    }

    [Test]
    public void CopyTo_PadsAndMasks()
    {
        using EncodedText encoded = new TokenEncoder(new LetterTokenizer()).Encode("a");
        long[] ids = new long[5], mask = new long[5], types = new long[5];

        encoded.CopyTo(ids, mask, types);

        Assert.Multiple(() =>
        {
            Assert.That(ids, Is.EqualTo(new long[] { 1, 'a', 2, 9, 9 }));
            Assert.That(mask, Is.EqualTo(new long[] { 1, 1, 1, 0, 0 }));
            Assert.That(types, Is.EqualTo(new long[] { 3, 4, 5, 0, 0 }));
            Assert.That(() => encoded.CopyTo(new long[2], [], []), Throws.ArgumentException);
        });
    }

    [Test]
    public void Constructor_RefusesARowWithoutRoom() => Assert.That(
        () => new TokenEncoder(new LetterTokenizer(), new TokenEncoderSettings { MaxTokens = 2 }),
        Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("no room for text beside 2 special tokens"));

    private static string Text(EncodedText encoded) => string.Concat(encoded.Ids[1..^1].ToArray().Select(static id => (char)id));

    // What a host writes over a library of its own.
    private sealed class LetterTokenizer : ITextTokenizer
    {
        public SpecialTokenTemplate Template { get; } = new() { Prefix = [new(1, 3)], Suffix = [new(2, 5)], TextTypeId = 4 };

        public int PadId => 9;

        public int? MaxTokens => null;

        internal int Read { get; private set; }

        public void Encode(ReadOnlySpan<char> text, IBufferWriter<int> ids)
        {
            Read += text.Length;
            foreach (char c in text)
            {
                ids.Write([c]);
            }
        }
    }
}
