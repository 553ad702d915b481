using System.Reflection;

namespace LlmRouting.Core.Tests.Shape;

/// <summary>Shows that what users can see changes only on purpose.</summary>
public sealed class PublicApiTests
{
    private const string Accept = "LLMROUTING_ACCEPT_API";

    [Test]
    public void PublicApi_IsTheAcceptedOne()
    {
        Assembly assembly = typeof(RoutingRequest).Assembly;
        string path = $"tests/Routing.Core.Tests/PublicApi/{assembly.GetName().Name}.txt";
        string file = Path.Combine(Repository.Root, path);
        string actual = PublicApi.Describe(assembly);
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            File.WriteAllText(file, actual);
        }

        string accepted = File.Exists(file) ? Repository.Read(path) : "";

        Assert.That(
            Differences(accepted, actual),
            Is.Empty,
            $"The public API differs from {path}. If that is intended, accept it: set {Accept}=1, run this test again and commit the file.");
    }

    [Test]
    public void Differences_NameTheLinesThatWentAndCame() =>
        Assert.That(
            Differences("class A\n    int X()\nclass B\n    int Y()\n", "class A\n    int X(int y)\nclass B\n    int Y()\n"),
            Is.EqualTo(["- class A |     int X()", "+ class A |     int X(int y)"]));

    /// <summary>Compares members together with the type that they stand below, so that order and neighbours do not matter.</summary>
    private static string[] Differences(string before, string after)
    {
        HashSet<string> old = [.. Qualified(before)];
        HashSet<string> young = [.. Qualified(after)];
        return [.. old.Except(young).Select(static line => $"- {line}"), .. young.Except(old).Select(static line => $"+ {line}")];
    }

    private static IEnumerable<string> Qualified(string text)
    {
        string type = "";
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.StartsWith(' '))
            {
                type = line;
            }

            yield return line == type ? line : $"{type} | {line}";
        }
    }
}
