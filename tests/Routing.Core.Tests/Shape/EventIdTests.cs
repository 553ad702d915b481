using System.Reflection;
using System.Text.RegularExpressions;

namespace LlmRouting.Core.Tests.Shape;

/// <summary>Shows that an event id means one message, and stands in its folder's hundred.</summary>
public sealed partial class EventIdTests
{
    private static readonly Dictionary<string, int> Ids = typeof(EventIds)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(static field => field.Name, static field => (int)field.GetRawConstantValue()!);

    [Test]
    public void Ids_AreUnique() => Assert.That(Ids.Values, Is.Unique.And.Not.Empty);

    [Test]
    public void EveryMessage_HasAnIdOfItsOwnFromTheList()
    {
        string[] used = [.. Repository.Files("src", "*.cs").SelectMany(static path => Message().Matches(Repository.Read(path)).Select(static match => match.Groups["id"].Value))];

        Assert.That(used, Is.EquivalentTo(Ids.Keys.Select(static name => $"EventIds.{name}")));
    }

    [Test]
    public void Ids_StandInTheHundredOfTheirFolder()
    {
        List<string> outside = [];
        (int From, int To) range = default;
        foreach (string line in Repository.Read("src/Routing.Core/EventIds.cs").Split('\n'))
        {
            if (Range().Match(line) is { Success: true } title)
            {
                range = (int.Parse(title.Groups["from"].ValueSpan), int.Parse(title.Groups["to"].ValueSpan));
            }
            else if (Constant().Match(line) is { Success: true } constant && Ids[constant.Groups["name"].Value] is var id && (id < range.From || id > range.To))
            {
                outside.Add(constant.Groups["name"].Value);
            }
        }

        Assert.That(range, Is.Not.EqualTo(default((int, int))));
        Assert.That(outside, Is.Empty);
    }

    // The first argument of the attribute, named or not.
    [GeneratedRegex(@"\[LoggerMessage\(\s*(EventId\s*=\s*)?(?<id>[\w.]+)")]
    private static partial Regex Message();

    [GeneratedRegex(@"// [A-Z]\w+: (?<from>\d+)-(?<to>\d+)")]
    private static partial Regex Range();

    [GeneratedRegex(@"const int (?<name>\w+) =")]
    private static partial Regex Constant();
}
