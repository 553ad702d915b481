using System.Text;
using LlmRouting.JsonSchema;

namespace LlmRouting.Core.Tests.JsonSchema;

public sealed class EcmaRegexTests
{
    [TestCase("^abc$", "abc\n", false)]
    [TestCase("^\\p{Script=Greek}+$", "αβγ", true)]
    [TestCase("^\\p{Script=Greek}+$", "αbγ", false)]
    [TestCase("^\\p{sc=Grek}$", "α", true)]
    [TestCase("^\\p{Lu}\\P{Lu}$", "Ab", true)]
    [TestCase("^\\p{General_Category=Decimal_Number}$", "৪", true)]
    [TestCase("^\\p{Emoji_Presentation}$", "🐲", true)]
    [TestCase("^[🐲-🐴]$", "🐳", true)]
    [TestCase("^[^🐲]$", "🐳", true)]
    [TestCase("^[^🐲]$", "🐲", false)]
    [TestCase("^.$", "🐲", true)]
    [TestCase("^..$", "🐲", false)]
    [TestCase("^\\u{1F432}$", "🐲", true)]
    [TestCase("^\\uD83D\\uDC32$", "🐲", true)]
    [TestCase("^\\x41\\u0042\\cJ\\0$", "AB\n\0", true)]
    [TestCase("^(?<y>a)(b)?\\k<y>\\2$", "aa", true)]
    [TestCase("^(a)(b)\\2\\1$", "abba", true)]
    [TestCase("(?<=\\$)\\d+(?!\\.)", "cost $42", true)]
    [TestCase("\\bfoo\\b", "a foo b", true)]
    [TestCase("\\bfoo\\b", "éfoo", true)]
    [TestCase("\\Boo", "foo", true)]
    [TestCase("^[\\w.-]+@[\\w-]+\\.com$", "a.b-c@d-e.com", true)]
    [TestCase("^{.*}$", "{x}", true)]
    [TestCase("^a{2,}?$", "aaa", true)]
    [TestCase("^[a-z]{2}[a-z]*x$", "abcx", true)]
    [TestCase("^[a-z]+[0-9]*$", "abc", true)]
    [TestCase("^[a-z]+[0-9]*$", "abc1d", false)]
    [TestCase("^a?b?a$", "a", true)]
    [TestCase("^\\d{3}-?\\d{4}$", "5551234", true)]
    [TestCase("^\\d{3}-?\\d{4}$", "555-123", false)]
    [TestCase("^[A-Z]{2}", "ABc", true)]
    [TestCase("^[-a]+$", "a-", true)]
    [TestCase("^[]$", "", false)]
    [TestCase("^[^]$", "\n", true)]
    public void Patterns_MatchAsInEcma262(string pattern, string text, bool expected)
    {
        var compiled = new Pattern(pattern, TimeSpan.FromSeconds(5));

        bool match = compiled.IsMatch(Encoding.UTF8.GetBytes(text), new Evaluation(new SchemaSettings { MaxEvaluations = 100_000 }, false).Started());

        Assert.That(match, Is.EqualTo(expected));
    }

    [TestCase("(a")]
    [TestCase("a)")]
    [TestCase("*a")]
    [TestCase("a**")]
    [TestCase("a++")]
    [TestCase("[b-a]")]
    [TestCase("[a")]
    [TestCase("\\")]
    [TestCase("\\a")]
    [TestCase("\\1")]
    [TestCase("\\k<x>")]
    [TestCase("\\p{Nonsense}")]
    [TestCase("(?i)a")]
    [TestCase("(?P<x>a)")]
    [TestCase("(?<x>a)(?<x>b)")]
    [TestCase("a{3,2}")]
    [TestCase("a{99999999999}")]
    [TestCase("\\u{110000}")]
    public void WhatIsNoPattern_IsRefused(string pattern) => Assert.That(EcmaRegex.IsValid(pattern), Is.False);
}
