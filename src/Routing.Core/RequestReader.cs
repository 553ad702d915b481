using LlmRouting.TextAnalysis;
using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Reads the texts of one request and turns the counts into features. Mutable; lives on the stack of one call.</summary>
internal struct RequestReader
{
    private readonly ITokenCounter? _counter;
    private TextSampler _userSampler;
    private TextSampler _restSampler;
    private HarnessNoise _noise;
    private TextScan _user;
    private TextScan _userNoise;
    private TextScan _rest;
    private long _ownLength;
    private long _userTokens;
    private long _restTokens;
    private bool _hasOlderCode;

    /// <summary>Starts reading; the lengths tell what has to be sampled.</summary>
    /// <param name="counter">Counts tokens; null weighs what is scanned.</param>
    /// <param name="userLength">The length of the last user message, noise included.</param>
    /// <param name="restLength">The length of all other texts.</param>
    public RequestReader(ITokenCounter? counter, long userLength, long restLength)
    {
        _counter = counter;
        _userSampler = new TextSampler(userLength);
        _restSampler = new TextSampler(restLength);
    }

    /// <summary>Reads a message.</summary>
    public void ReadMessage(ChatMessage? message, bool isLastUser)
    {
        if (message is null)
        {
            return;
        }

        bool isUser = message.Role == ChatRole.User;
        IList<AIContent> contents = message.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextContent text when isLastUser:
                    ReadLastUserText(text.Text);
                    break;
                case TextContent text:
                    ReadText(text.Text, isUser);
                    break;
                case TextReasoningContent reasoning:
                    ReadText(reasoning.Text);
                    break;
                case FunctionResultContent { Result: string result }:
                    ReadText(result);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Reads a text of which only the size matters, and whether it is code when the user wrote it.</summary>
    public void ReadText(string? value, bool isUser = false)
    {
        int codeLines = _rest.CodeLines;
        _rest.HasFence = false;
        ReadOnlySpan<char> text = value;
        while (_restSampler.TryTake(ref text, out ReadOnlySpan<char> piece))
        {
            _restTokens += _counter?.CountTokens(piece) ?? 0;
            TextScanner.Scan(piece, isProse: false, ref _rest);
        }

        _hasOlderCode |= isUser && (_rest.HasFence || _rest.CodeLines - codeLines >= 2);
    }

    /// <summary>Puts the features together.</summary>
    public readonly RequestFeatures ToFeatures(in RequestShape shape, int messages, int? maxOutputTokens)
    {
        // What was not read is taken to be like what was.
        double scale = _ownLength / (double)Math.Max(1, _user.Scanned);
        int unspaced = _user.Letters[(int)TextScript.Han] + _user.Letters[(int)TextScript.Kana] + _user.Letters[(int)TextScript.SoutheastAsian];
        int words = _user.Words + ((unspaced + 1) / 2);
        TextScript script = FindScript(out double mix);
        double code = Math.Min(1, _user.CodeCharacters / (double)Math.Max(1, _user.Scanned));
        return new RequestFeatures
        {
            EstimatedInputTokens = (int)Math.Min(int.MaxValue, shape.FlatTokens + EstimateText()),
            MaxOutputTokens = maxOutputTokens,
            Messages = messages,
            UserTurns = shape.UserTurns,
            TextLength = (int)Math.Min(int.MaxValue, shape.TextLength),
            LastUserTextLength = (int)Math.Min(int.MaxValue, _ownLength),
            Words = Scale(words, scale),
            Questions = Scale(_user.Questions, scale),
            Sentences = Scale(_user.Sentences, scale),
            HasCode = _user.HasFence || _user.CodeLines >= 2 || (_user.CodeLines == 1 && code >= 0.3) || _hasOlderCode,
            CodeRatio = code,
            NumericExpressions = Scale(Math.Max(0, _user.Numbers), scale),
            DateExpressions = Scale(_user.Dates, scale),
            EntityDensity = Math.Min(1, _user.Names / (double)Math.Max(1, words)),
            ClauseDepth = _user.Clauses / (double)Math.Max(1, _user.Sentences),
            Script = script,
            ScriptMix = mix,
            Images = shape.Images,
            AudioClips = shape.AudioClips,
            Documents = shape.Documents,
            Tools = shape.Tools,
            Format = shape.Format,
            IsToolContinuation = shape.IsToolContinuation,
            RequiredCapabilities = shape.Capabilities,
            States = shape.States,
            IsSampled = _userSampler.IsSampling || _restSampler.IsSampling,
        };
    }

    private static int Scale(int count, double scale) => (int)Math.Min(int.MaxValue, Math.Round(count * scale));

    private void ReadLastUserText(string? value)
    {
        ReadOnlySpan<char> text = value;
        _noise.StartText();
        while (!text.IsEmpty)
        {
            ReadOnlySpan<char> stretch = _noise.Take(ref text, out bool isNoise);
            _ownLength += isNoise ? 0 : stretch.Length;
            while (_userSampler.TryTake(ref stretch, out ReadOnlySpan<char> piece))
            {
                _userTokens += _counter?.CountTokens(piece) ?? 0;
                if (isNoise)
                {
                    TextScanner.Scan(piece, isProse: false, ref _userNoise);
                }
                else
                {
                    TextScanner.Scan(piece, isProse: true, ref _user);
                }
            }
        }
    }

    private readonly long EstimateText()
    {
        int userScanned = _user.Scanned + _userNoise.Scanned;
        double user = _counter is null ? TokenEstimator.Estimate(in _user) + TokenEstimator.Estimate(in _userNoise) : _userTokens;
        double rest = _counter is null ? TokenEstimator.Estimate(in _rest) : _restTokens;
        return (long)Math.Round((user * _userSampler.Total / Math.Max(1, userScanned)) + (rest * _restSampler.Total / Math.Max(1, _rest.Scanned)));
    }

    private readonly TextScript FindScript(out double mix)
    {
        TextScan.ScriptCounts letters = _user.Letters;
        letters[(int)TextScript.Latin] += _user.AsciiLetters;

        // Japanese mixes kana with Han; a tenth of kana tells it from a Chinese text that quotes a word.
        int kana = letters[(int)TextScript.Kana];
        if (kana > 0 && kana * 9 >= letters[(int)TextScript.Han])
        {
            letters[(int)TextScript.Kana] += letters[(int)TextScript.Han];
            letters[(int)TextScript.Han] = 0;
        }

        var script = TextScript.None;
        int most = 0;
        long total = 0;
        for (int i = 1; i <= (int)TextScript.Other; i++)
        {
            total += letters[i];
            if (letters[i] > most)
            {
                most = letters[i];
                script = (TextScript)i;
            }
        }

        mix = total == 0 ? 0 : (total - most) / (double)total;
        return script;
    }
}
