using System.Text.RegularExpressions;
using LlmRouting.Core.Tests.Support;
using LlmRouting.Strategies;
using LlmRouting.TextAnalysis;

namespace LlmRouting.Core.Tests.Strategies;

/// <summary>Shows what each condition of the decision table asks (S4).</summary>
public sealed class RuleConditionTests
{
    private static readonly object[] Conditions =
    [
        Condition("UserTier", new() { UserTier = "Premium" }, static hints => hints.UserTier = "premium", static hints => hints.UserTier = "free"),
        Condition("UserTier, when the request has none", new() { UserTier = "premium" }, static hints => hints.UserTier = "PREMIUM", static _ => { }),
        Condition("Policy", new() { Policy = "Bot" }, static hints => hints.Policy = "bot", static hints => hints.Policy = "other"),
        Condition("Priority", new() { Priority = RequestPriority.Background }, static hints => hints.Priority = RequestPriority.Background, static _ => { }),
        Condition("Metadata", new() { Metadata = [new("team", "Blue")] }, static hints => hints.Metadata = Facts("team", "blue"), static hints => hints.Metadata = Facts("team", "red")),
        Condition("Metadata, any value", new() { Metadata = [new("team", "*")] }, static hints => hints.Metadata = Facts("team", "red"), static hints => hints.Metadata = Facts("unit", "red")),
        Condition("Metadata, when the request has none", new() { Metadata = [new("team", "*")] }, static hints => hints.Metadata = Facts("team", ""), static _ => { }),
        Condition("Metadata, all of it", new() { Metadata = [new("team", "blue"), new("unit", "x")] }, static hints => hints.Metadata = Facts("team", "blue", "unit", "X"), static hints => hints.Metadata = Facts("team", "blue")),
        OfFeatures("MinInputTokens", new() { MinInputTokens = 100 }, new() { EstimatedInputTokens = 100 }, new() { EstimatedInputTokens = 99 }),
        OfFeatures("MaxInputTokens", new() { MaxInputTokens = 100 }, new() { EstimatedInputTokens = 100 }, new() { EstimatedInputTokens = 101 }),
        OfFeatures("MinTurns", new() { MinTurns = 4 }, new() { UserTurns = 4 }, new() { UserTurns = 3 }),
        OfFeatures("HasCode", new() { HasCode = true }, new() { HasCode = true }, new()),
        OfFeatures("HasCode false", new() { HasCode = false }, new(), new() { HasCode = true }),
        OfFeatures("HasImages", new() { HasImages = true }, new() { Images = 2 }, new()),
        OfFeatures("HasImages false", new() { HasImages = false }, new(), new() { Images = 1 }),
        OfFeatures("HasTools", new() { HasTools = true }, new() { Tools = 1 }, new()),
        OfFeatures("HasTools false", new() { HasTools = false }, new(), new() { Tools = 1 }),
        OfFeatures("Format", new() { Format = RequestedFormat.JsonSchema }, new() { Format = RequestedFormat.JsonSchema }, new() { Format = RequestedFormat.Json }),
        OfFeatures("Script", new() { Script = TextScript.Greek }, new() { Script = TextScript.Greek }, new() { Script = TextScript.Latin }),
    ];

    [TestCaseSource(nameof(Conditions))]
    public void S4_Condition_HoldsForOneRequestAndNotForTheOther(string what, RuleCondition condition, RoutingRequest holds, RoutingRequest fails)
    {
        Assert.That(condition.HoldsFor(holds), Is.True, what);
        Assert.That(condition.HoldsFor(fails), Is.False, what);
        Assert.That(condition.NeedsClassification, Is.False, what);
    }

    [Test]
    public void S4_NoCondition_AlwaysHolds()
    {
        Assert.That(new RuleCondition().HoldsFor(Make.Request()), Is.True);
        Assert.That(new RuleCondition().HoldsFor(Classification.Unknown), Is.True);
    }

    [TestCase("code", null, null, null, true)]
    [TestCase("CODE", null, null, null, true)]
    [TestCase("poetry", null, null, null, false)]
    [TestCase(null, "hard", null, null, true)]
    [TestCase(null, "easy", null, null, false)]
    [TestCase(null, null, 0.5, null, true, Description = "Limits are inclusive.")]
    [TestCase(null, null, 0.51, null, false)]
    [TestCase(null, null, null, 0.5, true)]
    [TestCase(null, null, null, 0.49, false)]
    [TestCase("code", "hard", 0.5, 0.5, true)]
    [TestCase("code", "easy", 0.5, 0.5, false)]
    public void S4_Classification_IsTestedByCategoryLabelAndComplexity(string? category, string? label, double? min, double? max, bool expected)
    {
        RuleCondition condition = new() { Category = category, Label = label, MinComplexity = min, MaxComplexity = max };

        Assert.That(condition.NeedsClassification, Is.True);
        Assert.That(condition.HoldsFor(Make.Classification(0.5, category: "code", label: "hard")), Is.EqualTo(expected));
    }

    [TestCase("contract", "Please read this contract.", true)]
    [TestCase("contract", "CONTRACT", true)]
    [TestCase("contract", "contracts", false, Description = "Whole words only.")]
    [TestCase("contract", "subcontract", false)]
    [TestCase("contract", "subcontract or contract", true, Description = "A later occurrence counts.")]
    [TestCase("contract", "", false)]
    [TestCase("non-disclosure agreement", "a Non-Disclosure Agreement, please", true)]
    [TestCase("c++", "I write c++ code", true)]
    [TestCase("c++", "I write c++20 code", true, Description = "An edge that is no letter has no boundary.")]
    [TestCase(".net", "asp.net core", true)]
    [TestCase("r2", "r2d2", false, Description = "Digits belong to words.")]
    [TestCase("合同", "请看这份合同的条款", true, Description = "Chinese has no spaces between words.")]
    [TestCase("契約", "この契約書を読んで", true)]
    [TestCase("계약", "계약서를 읽어 주세요", true)]
    [TestCase("สัญญา", "กรุณาอ่านสัญญานี้", true, Description = "Nor has Thai.")]
    [TestCase("ສັນຍາ", "ກະລຸນາອ່ານສັນຍານີ້", true, Description = "Nor Lao.")]
    [TestCase("កិច្ចសន្យា", "សូមអានកិច្ចសន្យានេះ", true, Description = "Nor Khmer.")]
    [TestCase("python", "请用Python写一个函数", true, Description = "Nor is there one between scripts.")]
    [TestCase("api", "그 API는 느립니다", true)]
    [TestCase("api", "その rapidapi は", false)]
    [TestCase("договор", "Договоры", false)]
    [TestCase("договор", "этот договор.", true)]
    [TestCase("straße", "die Straße dort", true)]
    public void S4_Keyword_IsAWholeWordInAnyCase(string keyword, string text, bool expected) =>
        Assert.That(new RuleCondition { Keywords = [keyword] }.HoldsFor(Make.Request(text)), Is.EqualTo(expected));

    [Test]
    public void S4_Keywords_NeedOnlyOneOfThem() =>
        Assert.That(new RuleCondition { Keywords = ["lease", "contract"] }.HoldsFor(Make.Request("a contract")), Is.True);

    [Test]
    public void Keyword_ThatIsEmpty_HoldsForNothing() =>
        Assert.That(new RuleCondition { Keywords = [""] }.HoldsFor(Make.Request("a contract")), Is.False);

    [TestCase(@"^\d+ \+ \d+$", "12 + 30", true)]
    [TestCase(@"^\d+ \+ \d+$", "twelve", false)]
    public void S4_Regex_IsMatchedAgainstTheLastUserMessage(string pattern, string text, bool expected) =>
        Assert.That(new RuleCondition { Regex = new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(5)) }.HoldsFor(Make.Request(text)), Is.EqualTo(expected));

    [Test]
    public void S4_Regex_ThatRunsPastItsTimeOut_DoesNotMatch()
    {
        Regex explosive = new("^(a+)+$", RegexOptions.None, TimeSpan.FromMilliseconds(1));

        Assert.That(new RuleCondition { Regex = explosive }.HoldsFor(Make.Request(new string('a', 60) + "!")), Is.False);
    }

    private static object[] Condition(string what, RuleCondition condition, Action<RoutingHints> holds, Action<RoutingHints> fails) =>
        [what, condition, Make.Request(hints: holds), Make.Request(hints: fails)];

    private static object[] OfFeatures(string what, RuleCondition condition, RequestFeatures holds, RequestFeatures fails) =>
        [what, condition, Make.Request(features: holds), Make.Request(features: fails)];

    private static Dictionary<string, string> Facts(params string[] pairs) =>
        pairs.Chunk(2).ToDictionary(static pair => pair[0], static pair => pair[1]);
}
