using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Holds the text of answers to patterns.</summary>
/// <remarks>Answers that only call tools pass. Thread-safe.</remarks>
public sealed class RegexValidator : IResponseValidator
{
    private const string Missing = "the answer does not match its pattern";
    private const string Forbidden = "the answer matches a forbidden pattern";
    private const string TimedOut = "matching the answer took too long";

    private readonly RegexValidationSettings _settings;
    private readonly Regex? _mustMatch;
    private readonly Regex? _mustNotMatch;

    /// <summary>Creates a validator.</summary>
    /// <param name="settings">The patterns.</param>
    /// <param name="name">The name that records use; default "regex".</param>
    /// <exception cref="ArgumentException">There is no pattern, or one cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time-out is not positive.</exception>
    public RegexValidator(RegexValidationSettings settings, string name = "regex")
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (settings.MustMatch is null && settings.MustNotMatch is null)
        {
            throw new ArgumentException("There is nothing to match; set MustMatch or MustNotMatch.", nameof(settings));
        }

        _settings = settings;
        _mustMatch = Create(settings.MustMatch, settings);
        _mustNotMatch = Create(settings.MustNotMatch, settings);
        Name = name;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (ResponseReader.IsOnlyToolCalls(response))
        {
            return new(ValidationVerdict.Accept);
        }

        string text = response.Text;
        try
        {
            return new(_mustMatch?.IsMatch(text) == false ? Fail(Missing)
                : _mustNotMatch?.IsMatch(text) == true ? Fail(Forbidden)
                : ValidationVerdict.Accept);
        }
        catch (RegexMatchTimeoutException)
        {
            return new(_settings.AcceptOnTimeout ? ValidationVerdict.Accept : ValidationVerdict.Reject(TimedOut));
        }
    }

    private ValidationVerdict Fail(string reason) =>
        _settings.Instruction is { } instruction ? ValidationVerdict.Repair(reason, instruction) : ValidationVerdict.Reject(reason);

    private static Regex? Create(string? pattern, RegexValidationSettings settings)
    {
        if (pattern is null)
        {
            return null;
        }

        try
        {
            // RightToLeft, ECMAScript and the compiler do not go together with the linear engine.
            const RegexOptions Foreign = RegexOptions.RightToLeft | RegexOptions.ECMAScript;
            RegexOptions options = settings.Options & ~RegexOptions.Compiled;
            return new Regex(pattern, (options & Foreign) == 0 ? options | RegexOptions.NonBacktracking : options, settings.Timeout);
        }
        catch (NotSupportedException)
        {
            // Look-around and back-references; the time-out bounds them.
            return new Regex(pattern, settings.Options, settings.Timeout);
        }
    }
}
