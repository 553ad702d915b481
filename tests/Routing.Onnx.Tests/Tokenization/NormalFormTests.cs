using System.Text;
using LlmRouting.Onnx.Tests.Tokenization.Training;
using LlmRouting.Onnx.Tokenization.Unicode;

namespace LlmRouting.Onnx.Tests.Tokenization;

[TestFixture]
internal sealed class NormalFormTests
{
    private static readonly NormalForm[] Forms = [NormalForm.C, NormalForm.D, NormalForm.KC, NormalForm.KD];

    // The reference is the Node.js that runs here; what it does not know as assigned is left out on both sides.
    [Test]
    public void Normalize_AgreesWithNodeOnEveryCharacterAndOnRandomMarks()
    {
        List<string> texts = [.. Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(static p => new Rune(p).ToString()).Where(IsAssigned)];
        texts.AddRange(RandomSequences(texts.Where(static t => CodePoints.IsMark(Rune.GetRuneAt(t, 0))).ToArray()));

        string[][] expected = ReferenceTokenizer.Normalize(texts);

        var different = new List<string>();
        for (int i = 0; i < texts.Count; i++)
        {
            for (int form = 0; form < Forms.Length; form++)
            {
                if (CharacterMap.Form(Forms[form], texts[i]) != expected[i][form])
                {
                    different.Add($"{form}: {string.Join(' ', texts[i].EnumerateRunes().Select(static r => r.Value.ToString("X", null)))}");
                }
            }
        }

        Assert.That(different, Is.Empty, string.Join('\n', different.Take(20)));
    }

    [TestCase("e\u0301", "\u00e9", "e\u0301")]
    [TestCase("\u1112\u1161\u11ab", "\ud55c", "\u1112\u1161\u11ab")]
    [TestCase("a\u0302\u0323", "\u1ead", "a\u0323\u0302")]
    public void Normalize_DoesNotDependOnTheHostsGlobalizationMode(string text, string composed, string decomposed) => Assert.Multiple(() =>
    {
        // This project runs in globalization-invariant mode, where .NET leaves text as it is.
        Assert.That(CharacterMap.Form(NormalForm.C, text), Is.EqualTo(composed));
        Assert.That(CharacterMap.Form(NormalForm.D, text), Is.EqualTo(decomposed));
    });

    [Test]
    public void Normalize_OrdersAMillionMarks()
    {
        string text = "a" + string.Concat(Enumerable.Repeat("\u0301\u0323", 500_000));

        string normal = CharacterMap.Form(NormalForm.D, text);

        Assert.That(normal, Is.EqualTo("a" + new string('\u0323', 500_000) + new string('\u0301', 500_000)));
    }

    private static bool IsAssigned(string text) => Rune.GetUnicodeCategory(Rune.GetRuneAt(text, 0)) != System.Globalization.UnicodeCategory.OtherNotAssigned;

    private static IEnumerable<string> RandomSequences(string[] marks)
    {
        var random = new Random(17);
        string[] bases = ["a", "e", "o", "A", "\u00e9", "\u1100", "\u1161", "\u11a8", "\uac00", "\u09c7", "\u0915", "\u03b1", "\u1f00", "\ufb2a", "\ud834\udd57"];
        for (int i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder();
            for (int parts = random.Next(1, 6); parts > 0; parts--)
            {
                text.Append(random.Next(3) == 0 ? bases[random.Next(bases.Length)] : marks[random.Next(marks.Length)]);
            }

            yield return text.ToString();
        }
    }
}
