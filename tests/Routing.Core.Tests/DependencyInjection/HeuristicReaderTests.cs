using LlmRouting.Classifiers;
using LlmRouting.DependencyInjection;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.DependencyInjection;

public sealed class HeuristicReaderTests
{
    [Test]
    public void Read_ReplacesKeywordsAndWeightsByDimension()
    {
        var options = new HeuristicOptions();
        options.Keywords["Code"] = ["frobnicate"];
        options.Weights["code"] = 6;
        List<string> errors = [];

        HeuristicClassifier classifier = HeuristicReader.Read(options, TierLadder.Default, "LlmRouting", errors);

        Assert.That(errors, Is.Empty);
        Assert.That(Classify(classifier, "frobnicate it now").Category, Is.EqualTo("code"));
        Assert.That(Classify(classifier, "frobnicate it now").Complexity, Is.GreaterThan(0.5));
        Assert.That(Classify(classifier, "python").Category, Is.Null);
    }

    [Test]
    public void Read_CollectsAllErrorsWithTheirPaths()
    {
        var options = new HeuristicOptions();
        options.Keywords["colour"] = ["red"];
        options.Keywords["math"] = ["ab*"];
        options.Weights["code"] = double.NaN;
        List<string> errors = [];

        HeuristicReader.Read(options, TierLadder.Default, "LlmRouting", errors);

        Assert.That(errors, Has.Count.EqualTo(3));
        Assert.That(errors, Has.Some.StartsWith("LlmRouting:Heuristic:Keywords:colour is no dimension"));
        Assert.That(errors, Has.Some.Contains("'ab*'"));
        Assert.That(errors, Has.Some.StartsWith("LlmRouting:Heuristic:Weights:code is NaN"));
    }

    private static Classification Classify(HeuristicClassifier classifier, string text)
    {
        ValueTask<Classification> result = classifier.ClassifyAsync(new RoutingRequest([new ChatMessage(ChatRole.User, text)]), CancellationToken.None);
        return result.IsCompletedSuccessfully ? result.Result : throw new AssertionException("The classifier answers at once.");
    }
}
