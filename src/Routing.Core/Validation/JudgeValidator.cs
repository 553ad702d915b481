using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmRouting.Validation;

/// <summary>Has a model judge the answers.</summary>
/// <remarks>
/// <para>A judge can only make things better: when it fails, runs past its time, is out of budget or cannot be understood, it has accepted.
/// Answers without text, such as tool calls, are not judged. Place it last, so that cheaper validators go first.</para>
/// <para>The judge's score is the verdict's. Thread-safe. Every judgement is a model call of its own beside the router's records: <see cref="JudgeSettings.OnJudged"/>,
/// <see cref="Calls"/> and <see cref="TokensUsed"/> tell its cost. The client is never disposed, and must not be the router itself.</para>
/// </remarks>
public sealed partial class JudgeValidator : IResponseValidator
{
    /// <summary>The name that records use.</summary>
    public const string ValidatorName = "judge";

    private const int MaxReason = 300;
    private const string Approved = "the judge accepted the answer";
    private const string Rejected = "the judge rejected the answer";
    private const string LowScore = "the judge's score is too low";

    private readonly IChatClient _client;
    private readonly JudgeSettings _settings;
    private readonly TimeProvider _timeProvider;
    private readonly Func<double> _chance;
    private readonly ILogger _logger;
    private readonly Queue<long> _recent = new();
    private readonly Lock _lock = new();
    private long _calls;
    private long _tokens;

    /// <summary>Creates a judge.</summary>
    /// <param name="client">Who judges; stays the caller's.</param>
    /// <param name="settings">The settings; null means the defaults.</param>
    /// <param name="timeProvider">The clock; null means the system's.</param>
    /// <param name="chance">Picks the share of answers that is judged, and the marks of the prompt: numbers from 0 up to, but not including,
    /// 1; must be thread-safe; null means a generator of its own.</param>
    /// <param name="logger">Where failures are reported; null means nowhere.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public JudgeValidator(
        IChatClient client,
        JudgeSettings? settings = null,
        TimeProvider? timeProvider = null,
        Func<double>? chance = null,
        ILogger<JudgeValidator>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _settings = settings ?? JudgeSettings.Default;
        CheckRatio(_settings.MinScore);
        CheckRatio(_settings.Share);
        ArgumentOutOfRangeException.ThrowIfNegative(_settings.MaxCallsPerMinute ?? 0, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_settings.Timeout, TimeSpan.Zero, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfLessThan(_settings.MaxCharacters, 100, nameof(settings));
        _timeProvider = timeProvider ?? TimeProvider.System;
        _chance = chance ?? CreateChance();
        _logger = logger ?? NullLogger<JudgeValidator>.Instance;
    }

    /// <inheritdoc/>
    public string Name => ValidatorName;

    /// <summary>Gets how many answers have been judged so far.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    /// <summary>Gets how many tokens the judge's client reported so far, input and output.</summary>
    public long TokensUsed => Interlocked.Read(ref _tokens);

    /// <inheritdoc/>
    public async ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(response);
        string answer = response.Text;
        if (string.IsNullOrWhiteSpace(answer) || !TryTakeTurn())
        {
            return ValidationVerdict.Accept;
        }

        try
        {
            ChatResponse judgement = await AskAsync(request.LastUserText, answer, cancellationToken).ConfigureAwait(false);
            Count(judgement.Usage);
            return Read(judgement.Text);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.JudgeFailed(_logger, exception.GetType().Name);
            return ValidationVerdict.Accept;
        }
    }

    private async Task<ChatResponse> AskAsync(string question, string answer, CancellationToken cancellationToken)
    {
        string mark = string.Create(CultureInfo.InvariantCulture, $"===={(int)(_chance() * 1_000_000_000):D9}====");
        ChatOptions options = new() { ResponseFormat = ChatResponseFormat.Json, MaxOutputTokens = _settings.MaxOutputTokens, Temperature = 0 };
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<ChatResponse> pending = _client.GetResponseAsync(
            JudgePrompt.Create(question, answer, _settings.Criteria, _settings.MaxCharacters, mark), options, source.Token);
        return await SeamCall.WaitAsync(new ValueTask<ChatResponse>(pending), source, _settings.Timeout, _timeProvider).ConfigureAwait(false);
    }

    private ValidationVerdict Read(string text)
    {
        if (JsonExtractor.Extract(text) is not { Json: not null } found)
        {
            Log.JudgeFailed(_logger, nameof(JsonException));
            return ValidationVerdict.Accept;
        }

        using JsonDocument document = JsonDocument.Parse(found.Utf8, new JsonDocumentOptions { MaxDepth = JsonExtractor.MaxDepth });
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            return ValidationVerdict.Accept;
        }

        bool isRejected = root.TryGetProperty("accept", out JsonElement accept) && accept.ValueKind == JsonValueKind.False;
        double? score = root.TryGetProperty("score", out JsonElement number) && number.ValueKind == JsonValueKind.Number && number.TryGetDouble(out double value)
            ? value
            : null;
        if (!isRejected && !(score < _settings.MinScore))
        {
            // A judge that counts to ten has accepted too, but its number is no score.
            return score is >= 0 and <= 1 ? ValidationVerdict.AcceptWithScore(score.Value, Approved) : ValidationVerdict.Accept;
        }

        string fault = isRejected ? Rejected : LowScore;
        return _settings.Repair
            ? ValidationVerdict.Repair(fault, $"A reviewer found fault with your answer: {ReasonOf(root)} Answer again, better.")
            : ValidationVerdict.Reject(fault);
    }

    private static string ReasonOf(JsonElement root)
    {
        const string Unknown = "it is not good enough.";
        try
        {
            string? reason = root.TryGetProperty("reason", out JsonElement given) && given.ValueKind == JsonValueKind.String ? given.GetString()?.Trim() : null;
            return string.IsNullOrEmpty(reason) ? Unknown : reason.Length > MaxReason ? reason[..MaxReason] : reason;
        }
        catch (InvalidOperationException)
        {
            return Unknown; // half a surrogate pair
        }
    }

    private bool TryTakeTurn()
    {
        if (_settings.Share < 1 && _chance() >= _settings.Share)
        {
            return false;
        }

        if (_settings.MaxCallsPerMinute is not { } limit)
        {
            return true;
        }

        long now = _timeProvider.GetTimestamp();
        lock (_lock)
        {
            while (_recent.TryPeek(out long oldest) && _timeProvider.GetElapsedTime(oldest, now) >= TimeSpan.FromMinutes(1))
            {
                _recent.Dequeue();
            }

            if (_recent.Count >= limit)
            {
                return false;
            }

            _recent.Enqueue(now);
            return true;
        }
    }

    private void Count(UsageDetails? usage)
    {
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _tokens, usage?.TotalTokenCount ?? ((usage?.InputTokenCount ?? 0) + (usage?.OutputTokenCount ?? 0)));
        try
        {
            _settings.OnJudged?.Invoke(usage);
        }
        catch (Exception exception)
        {
            // Who only listens has no say in the verdict.
            Log.ListenerFailed(_logger, exception.GetType().Name);
        }
    }

    private static void CheckRatio(double ratio, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(ratio))] string? setting = null)
    {
        if (ratio is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(setting, ratio, "It must be between 0 and 1.");
        }
    }

    private static Func<double> CreateChance()
    {
        Random random = new();
        Lock gate = new();
        return () =>
        {
            lock (gate)
            {
                return random.NextDouble();
            }
        };
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.JudgeFailed, LogLevel.Warning, "The judge failed ({Exception}); the answer counts as accepted")]
        public static partial void JudgeFailed(ILogger logger, string exception);

        [LoggerMessage(EventIds.JudgeListenerFailed, LogLevel.Warning, "The listener to the judge's cost failed ({Exception}); it was ignored")]
        public static partial void ListenerFailed(ILogger logger, string exception);
    }
}
