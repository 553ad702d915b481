using System.Text;

namespace LlmRouting.Onnx.Tests.Tokenization;

// Texts in many scripts, put together from the words and oddities below with a fixed seed. Training sees some of the words only, so that every
// tokenizer meets characters that it does not know.
internal static class Corpus
{
    private const int Count = 7600;
    private const int Seed = 20_260_101;

    private static readonly string[] Latin = Split("""
        the a of routing model request answer cheap strong small large token words splitting unbelievable tokenization internationalization
        I'm don't we've they'll it's he'd you're O'Brien state-of-the-art e-mail naïve café résumé Zürich Straße Übermut größer Äpfel Öl façade
        garçon élève où ça España mañana ¿cómo corazón São Paulo coração ação Łódź żółć źdźbło příliš žluťoučký kůň İstanbul ışık ığdır Ångström
        smørrebrød København þórr æðey ﬁnance oﬀer Việt Nam Tiếng được người đường thống nhất ŉ ǆ ǅ ſ K Å HELLO World CamelCase snake_case
        """);

    private static readonly string[] Greek = Split("Αθήνα καλημέρα κόσμε μοντέλο ερώτηση άνθρωπος ΐ ΰ ᾳ ῳ ὀρθογραφία λόγος ΟΔΥΣΣΕΥΣ ΣΟΦΟΣ");

    private static readonly string[] Cyrillic = Split("Москва привет мир запрос модель ответ ёлка йога Київ їжак ґанок Љубав џеп Ѣ Ѵ қазақ ӣ");

    private static readonly string[] Semitic = Split("שלום עולם שָׁלוֹם בְּרֵאשִׁית السلام عليكم مُحَمَّد قَالَ كتاب ﷺ ﻻ لا ـــ پاکستان فارسی می‌خواهم ܫܠܡܐ");

    private static readonly string[] Indic = Split("नमस्ते दुनिया हिन्दी क्षेत्र ज़मीन বাংলা কৃষ্ণ தமிழ் மொழி తెలుగు ಕನ್ನಡ മലയാളം ગુજરાતી ਪੰਜਾਬੀ සිංහල");

    private static readonly string[] SouthEast = Split("สวัสดี ครับ ภาษาไทย น้ำ ລາວ ພາສາ ខ្មែរ ភាសា မြန်မာ ကို");

    private static readonly string[] East = Split("""
        你好世界 模型 请求 繁體中文 漢字かな交じり ひらがな カタカナ ｶﾀｶﾅ ガギグ パピプ か゛ は゜ ㍻ ㍿ ㌔ 한국어 안녕하세요 각 값 ᄒᆞᆫ 각 豈 更 﨑 ＡＢＣ １２３ ～ 〜 。、！？ 「引用」 ー ㄅㄆㄇ
        """);

    private static readonly string[] Rare = Split("ქართული საქართველო Հայերեն Եվրոպա አማርኛ ሰላም ᏣᎳᎩ Ꮳꮳ ᠮᠣᠩᠭᠣᠯ བོད་སྐད་ ⴰⵎⴰⵣⵉⵖ ߒߞߏ");

    private static readonly string[] Astral = Split("𝐀𝒷𝕮 𝟘𝟙𝟚 𝛼𝛽 𐌰𐌱𐌲 𐐀𐐨 𓀀𓂀 𒀀 𞤀𞤢 𝄞 🄰 🅰 𐄇 𐹠 𑀓𑀸");

    // Outside the words with ideographs of the basic plane: the reference does not set these apart.
    private static readonly string[] AstralIdeographs = Split("𠀀𠮷野家 𪚥 𫠠 丽");

    private static readonly string[] Emoji = Split("😀 👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇫🇷 1️⃣ #️⃣ ❤️ ☺ ✈︎ 👨🏿‍🚀 🤷🏻‍♀️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ©️ ™ ⌚");

    private static readonly string[] Numbers = Split("0 7 42 2026 3.14159 1,000,000 1e-9 0xFF 12:30 2026-01-31 ½ ⅓ ² ₃ Ⅷ ⅷ ① ⒈ ٣٤٥ १२३ ๓ 〇 五 $9.99 €5 100% №5");

    private static readonly string[] Symbols =
    [
        "!", "?", "...", "…", "—", "–", "-", "_", "__init__", "(", ")", "[x]", "{y}", "<tag>", "\"q\"", "“q”", "«q»", "'", "’", "`code`", "~", "^", "|", "\\", "/", "//",
        "==", "=>", "->", "→", "⇒", "∑", "≠", "≤", "∞", "√2", "x²", "§", "¶", "†", "•", "°C", "±", "×", "÷", "&amp;", "@user", "#tag", "$x", "%d", "¿", "¡", "₿", "¢",
        "https://example.org/a?b=c&d=%20#f", "user@example.com", "C:\\dir\\file.txt", "{\"a\": [1, 2.5, null]}", "for (int i = 0; i < n; i++)", "<div class=\"a\">", "\u2581", "\u2581\u2581a",
        "##ing", "Ġword", "<0x41>", " 's 't", "'S 'LL 'Re",
    ];

    private static readonly string[] Invisible =
    [
        "\0", "\u0001", "\u0007", "\b", "\u001b[0m", "\u007f", "\u0080", "\u009f", "\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202e", "\u2060", "\u2066",
        "\ufe0f", "\ufff9", "\ufffd", "\ufffe", "\uffff", "\ue000", "\U000E0001", "\U000F0000", "\U0010FFFF", "\u0378",
    ];

    private static readonly string[] Spaces =
    [
        " ", " ", " ", " ", " ", " ", "  ", "   ", "      ", "\t", "\n", "\r\n", "\n\n", " \n ", "\u00a0", "\u2003", "\u2009", "\u2028", "\u202f", "\u3000", "\u1680", "\v", "\f", "",
    ];

    // What the reference's JavaScript takes for white space, or not, unlike Unicode.
    private static readonly string[] DisputedSpaces = ["\ufeff", "\u0085"];

    private static readonly string[] Marks = ["e\u0301", "a\u0323\u0302", "a\u0302\u0323", "o\u0308\u0304", "\u0301", "x\u0336y\u0336", "q\u0307\u0323", "A\u030a", "\u1100\u1161\u11a8", "\u0915\u093c", "z\u0351\u036b\u0343\u036a\u0302", "\u0344", "\u0f71\u0f72", "\u0340", "\u2126"];

    private static readonly string[] Tokens = Split("[CLS] [SEP] [MASK] [PAD] [UNK] <s> </s> <mask> <pad> <unk> <|endoftext|> <|begin|> |||IP_ADDRESS||| [cls] [MASK");

    private static readonly string[] BrokenSurrogates = ["\ud83d", "\ude00", "\ud83d\ud83d\ude00", "a\udc00b", "\ude00\ud83d"];

    private static readonly string[][] Pools =
    [
        Latin, Latin, Latin, Greek, Cyrillic, Semitic, Indic, SouthEast, East, East, Rare, Astral, AstralIdeographs, Emoji, Numbers, Symbols, Symbols, Invisible, Marks, Tokens,
    ];

    // No Khmer, Lao, Burmese, rare or astral scripts, and few emoji.
    internal static IEnumerable<string> TrainingWords =>
        [.. Latin, .. Latin, .. Greek, .. Cyrillic, .. Semitic, .. Indic, .. East, .. Numbers, .. Emoji[..6], .. Symbols[..40].Where(static s => !s.Contains(' ', StringComparison.Ordinal))];

    internal static IReadOnlyList<string> Texts { get; } = Build();

    private static List<string> Build()
    {
        var random = new Random(Seed);
        var texts = new List<string>(Count) { "", " ", "\n", "a", " a", "a ", "  a  b  " };
        texts.AddRange(Pools.SelectMany(static p => p).Concat(DisputedSpaces).Concat(BrokenSurrogates).Distinct());
        texts.AddRange(LongWords());
        while (texts.Count < Count)
        {
            texts.Add(Compose(random));
        }

        return texts;
    }

    private static IEnumerable<string> LongWords()
    {
        foreach (string part in (string[])["a", "ab", "unbelievable", "漢", "é", "e\u0301", "😀", "ก", "!", "'", "9", " ", "\u0301", "\u00a0", "λ", "[MASK]"])
        {
            foreach (int count in (int[])[30, 99, 100, 101, 400])
            {
                yield return string.Concat(Enumerable.Repeat(part, count));
            }
        }
    }

    private static string Compose(Random random)
    {
        var text = new StringBuilder();

        // Most texts keep to one or two scripts, as people do.
        string[] home = Pick(random, Pools);
        for (int parts = random.Next(1, 14); parts > 0; parts--)
        {
            string[] pool = random.Next(3) == 0 ? Pick(random, Pools) : home;
            text.Append(Pick(random, pool));
            text.Append(random.Next(5) == 0 ? "" : Pick(random, Spaces));
            if (random.Next(12) == 0)
            {
                text.Append(Pick(random, Symbols));
            }

            if (random.Next(120) == 0)
            {
                text.Append(Pick(random, random.Next(2) == 0 ? DisputedSpaces : BrokenSurrogates));
            }

            if (random.Next(40) == 0)
            {
                text.Append(RandomRune(random));
            }
        }

        return text.ToString();
    }

    private static Rune RandomRune(Random random)
    {
        while (true)
        {
            int point = random.Next(3) == 0 ? random.Next(0x10000, 0x20000) : random.Next(0x20, 0x10000);
            if (Rune.IsValid(point) && Rune.GetUnicodeCategory(new Rune(point)) != System.Globalization.UnicodeCategory.OtherNotAssigned)
            {
                return new Rune(point);
            }
        }
    }

    private static T Pick<T>(Random random, T[] items) => items[random.Next(items.Length)];

    private static string[] Split(string words) => words.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
