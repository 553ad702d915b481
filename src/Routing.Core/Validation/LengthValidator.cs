using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Holds answers to a least and a greatest length; a stream that grows too long is stopped at once.</summary>
/// <remarks>Counts the text alone. Answers that only call tools pass. Thread-safe.</remarks>
public sealed class LengthValidator : IStreamingResponseValidator
{
    /// <summary>The name that records use.</summary>
    public const string ValidatorName = "length";

    private const string TooShort = "the answer is too short";
    private const string TooLong = "the answer is too long";

    private readonly LengthValidationSettings _settings;
    private readonly string _instruction;

    /// <summary>Creates a validator.</summary>
    /// <param name="settings">The bounds.</param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is negative, or a greatest one is below its least.</exception>
    public LengthValidator(LengthValidationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfNegative(settings.MinCharacters, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfNegative(settings.MinWords, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.MaxCharacters ?? int.MaxValue, settings.MinCharacters, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.MaxWords ?? int.MaxValue, settings.MinWords, nameof(settings));
        _settings = settings;
        _instruction = Describe(settings);
    }

    /// <inheritdoc/>
    public string Name => ValidatorName;

    /// <inheritdoc/>
    public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (ResponseReader.IsOnlyToolCalls(response))
        {
            return new(ValidationVerdict.Accept);
        }

        WordCounter counter = default;
        counter.Add(response.Text);
        string? fault = counter.Characters < _settings.MinCharacters || counter.Words < _settings.MinWords ? TooShort
            : IsTooLong(counter) ? TooLong
            : null;
        return new(fault is null ? ValidationVerdict.Accept
            : _settings.Repair ? ValidationVerdict.Repair(fault, _instruction)
            : ValidationVerdict.Reject(fault));
    }

    /// <inheritdoc/>
    public IStreamInspection? Inspect(RoutingRequest request) =>
        _settings.MaxCharacters is null && _settings.MaxWords is null ? null : new Inspection(this);

    private bool IsTooLong(in WordCounter counter) => counter.Characters > _settings.MaxCharacters || counter.Words > _settings.MaxWords;

    private static string Describe(LengthValidationSettings settings)
    {
        StringBuilder text = new("Your answer does not have the right length. Answer again");
        Append(text, " with at least", settings.MinWords, "words");
        Append(text, " with at most", settings.MaxWords, "words");
        Append(text, " with at least", settings.MinCharacters, "characters");
        Append(text, " with at most", settings.MaxCharacters, "characters");
        return text.Append('.').ToString();
    }

    private static void Append(StringBuilder text, string bound, int? count, string unit) =>
        _ = count is null or 0 ? text : text.Append(CultureInfo.InvariantCulture, $"{bound} {count} {unit}");

    private sealed class Inspection(LengthValidator validator) : IStreamInspection
    {
        private WordCounter _counter;

        public string? Add(ChatResponseUpdate update)
        {
            IList<AIContent> contents = update.Contents;
            for (int i = 0; i < contents.Count; i++)
            {
                if (contents[i] is TextContent text)
                {
                    _counter.Add(text.Text);
                }
            }

            return validator.IsTooLong(_counter) ? TooLong : null;
        }
    }
}
