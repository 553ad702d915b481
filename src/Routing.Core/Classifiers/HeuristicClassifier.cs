using System.Collections.Immutable;
using LlmRouting.TextAnalysis;
using Microsoft.Extensions.AI;

namespace LlmRouting.Classifiers;

/// <summary>Says how hard a request is from its features and the words in it, in about a microsecond and without a model.</summary>
/// <remarks>
/// <para>Thread-safe; allocates the classification and nothing else. Reads at most <see cref="MaxReadCharacters"/> characters of the last
/// user message, half at its head and half at its tail.</para>
/// <para>Complexity is the logistic of a weighted sum; the weights were set by hand against labelled prompts. What that reaches, and where it fails:
/// docs/heuristic.md.</para>
/// </remarks>
public sealed class HeuristicClassifier : IRequestClassifier, ITrustedStep
{
    /// <summary>The most text that is searched for keywords.</summary>
    /// <value>640 UTF-16 code units: a message says at its head or at its tail what is wanted; what lies between is material. Reading 4,096
    /// instead moved the AUC over all sets of docs/heuristic.md by less than a thousandth.</value>
    public const int MaxReadCharacters = 640;

    private readonly HeuristicSettings _settings;
    private readonly KeywordMatcher _matcher;
    private readonly ImmutableArray<HeuristicDimension> _dimensions;
    private readonly int _context = -1;

    /// <summary>Creates a classifier.</summary>
    /// <param name="settings">Keyword lists and thresholds; null takes <see cref="HeuristicSettings.Default"/>.</param>
    /// <exception cref="ArgumentException">The settings hold a blank keyword, a stem of fewer than four letters, more than 63 dimensions, or
    /// thresholds out of order.</exception>
    public HeuristicClassifier(HeuristicSettings? settings = null)
    {
        _settings = settings ?? HeuristicSettings.Default;
        if (!(_settings.SimpleUpTo >= 0 && _settings.SimpleUpTo < _settings.ComplexAbove && _settings.ComplexAbove <= 1))
        {
            throw new ArgumentException(
                $"SimpleUpTo is {_settings.SimpleUpTo} and ComplexAbove is {_settings.ComplexAbove}; they must ascend between 0 and 1.", nameof(settings));
        }

        _dimensions = _settings.Dimensions.IsDefault ? [] : _settings.Dimensions;
        _matcher = new KeywordMatcher(_dimensions);
        for (int i = 0; i < _dimensions.Length; i++)
        {
            _context = string.Equals(_dimensions[i].Name, HeuristicSettings.ContextDimension, StringComparison.OrdinalIgnoreCase) ? i : _context;
        }
    }

    /// <inheritdoc/>
    public string Name => "heuristic";

    /// <inheritdoc/>
    public ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(Classify(request));
    }

    /// <summary>Classifies a request at once.</summary>
    internal Classification Classify(RoutingRequest request)
    {
        Span<int> hits = stackalloc int[KeywordMatcher.MaxDimensions];
        hits = hits[.._dimensions.Length];
        CountKeywords(request, hits);
        return Judge(request, hits);
    }

    // Apart, because the runtime never optimises by profile a method with both a loop and a buffer on the stack.
    private Classification Judge(RoutingRequest request, ReadOnlySpan<int> hits)
    {
        RequestFeatures features = request.Features;
        double logit = HeuristicWeights.OfFeatures(features);
        int evidence = 0;
        for (int i = 0; i < hits.Length; i++)
        {
            if (hits[i] == 0)
            {
                continue;
            }

            // One match counts half, two three quarters: the third "equation" says little that the first did not.
            logit += _dimensions[i].Weight * (1 - (1.0 / (1L << Math.Min(hits[i], 30))));
            evidence += Math.Min(hits[i], 2);
        }

        double complexity = 1 / (1 + Math.Exp(-logit));
        return new Classification
        {
            Complexity = complexity,
            Confidence = features.LastUserTextLength == 0 ? 0 : Confidence(complexity, evidence),
            Source = Name,
            Label = complexity <= _settings.SimpleUpTo ? "simple" : complexity <= _settings.ComplexAbove ? "moderate" : "complex",
            Category = FindCategory(features, hits),
            RequiresContext = RequiresContext(request, hits),
        };
    }

    // Half for having an opinion; the rest for standing clear of both thresholds, where a small error changes the tier, and for evidence.
    private double Confidence(double complexity, int evidence)
    {
        double margin = Math.Min(Math.Abs(complexity - _settings.SimpleUpTo), Math.Abs(complexity - _settings.ComplexAbove));
        return Math.Min(0.95, 0.45 + (1.1 * Math.Min(margin, 0.3)) + (0.2 * evidence / (evidence + 2.0)));
    }

    private void CountKeywords(RoutingRequest request, Span<int> hits)
    {
        int index = LastUserMessage.Find(request.Messages);
        if (index < 0)
        {
            return;
        }

        bool isUnspaced = ScriptTable.IsUnspaced(request.Features.Script) || request.Features.ScriptMix > 0;
        HarnessNoise noise = default;
        int budget = MaxReadCharacters;
        IList<AIContent> contents = request.Messages[index].Contents;
        for (int i = 0; i < contents.Count && budget > 0; i++)
        {
            ReadOnlySpan<char> text = (contents[i] as TextContent)?.Text;
            noise.StartText();
            while (!text.IsEmpty && budget > 0)
            {
                ReadOnlySpan<char> stretch = noise.Take(ref text, out bool isNoise);
                if (isNoise)
                {
                    continue;
                }

                if (stretch.Length > budget)
                {
                    int half = budget / 2;
                    _matcher.Count(stretch[..half], isUnspaced, hits);
                    stretch = stretch[^half..];
                    budget = half;
                }

                _matcher.Count(stretch, isUnspaced, hits);
                budget -= stretch.Length;
            }
        }
    }

    private string? FindCategory(RequestFeatures features, ReadOnlySpan<int> hits)
    {
        string? best = features.CodeRatio >= 0.2 ? "code" : null;
        int most = features.CodeRatio >= 0.2 ? 2 : 0;
        for (int i = 0; i < hits.Length; i++)
        {
            string? category = _dimensions[i].Category;
            if (category is null || hits[i] == 0 || !CanBe(category, features))
            {
                continue;
            }

            // The opening words of a question count for less than a word that names the task.
            int votes = category is "lookup" or "smalltalk" ? 1 : hits[i] + 1;
            votes += category == best ? 2 : 0;
            if (votes > most)
            {
                most = votes;
                best = category;
            }
        }

        return best;
    }

    // Nobody chats, or looks one thing up, in a hundred words.
    private static bool CanBe(string category, RequestFeatures features) => category switch
    {
        "smalltalk" => features.Words <= 12,
        "lookup" => features.Words <= 30 && !features.HasCode,
        _ => true,
    };

    private bool RequiresContext(RoutingRequest request, ReadOnlySpan<int> hits)
    {
        RequestFeatures features = request.Features;
        bool hasPast = features.UserTurns > 1 || features.Messages > 2 || request.Options?.ConversationId is not null;
        return hasPast && features.LastUserTextLength > 0 && (features.Words <= 4 || (features.Words <= 25 && _context >= 0 && hits[_context] > 0));
    }
}
