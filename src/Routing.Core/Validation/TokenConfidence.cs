using System.Collections.Immutable;

namespace LlmRouting.Validation;

/// <summary>Says how sure a model was of one answer.</summary>
/// <param name="Tokens">How many tokens it is made of.</param>
/// <param name="MeanProbability">The geometric mean of the tokens' probabilities; 0 to 1.</param>
/// <param name="MinWindowProbability">The lowest such mean over a window of tokens; 0 to 1.</param>
/// <param name="MeanMargin">The mean difference between the two likeliest tokens; 0 to 1; null when the model named fewer than two.</param>
public readonly record struct TokenConfidence(int Tokens, double MeanProbability, double MinWindowProbability, double? MeanMargin)
{
    internal static TokenConfidence From(ImmutableArray<double> logProbabilities, double marginSum, int margins, int window)
    {
        int length = Math.Min(window, logProbabilities.Length);
        double total = 0;
        double running = 0;
        double lowest = double.PositiveInfinity;
        for (int i = 0; i < logProbabilities.Length; i++)
        {
            total += logProbabilities[i];
            running += logProbabilities[i] - (i >= length ? logProbabilities[i - length] : 0);
            lowest = i >= length - 1 ? Math.Min(lowest, running) : lowest;
        }

        return new(logProbabilities.Length, Math.Exp(total / logProbabilities.Length), Math.Exp(lowest / length), margins == 0 ? null : marginSum / margins);
    }
}
