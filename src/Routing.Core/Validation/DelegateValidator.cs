using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Is a validator made of a function.</summary>
/// <remarks>Thread-safe when the function is.</remarks>
public sealed class DelegateValidator : IResponseValidator
{
    private readonly Func<RoutingRequest, ChatResponse, CancellationToken, ValueTask<ValidationVerdict>> _validate;

    /// <summary>Creates a validator that answers at once.</summary>
    /// <param name="name">The name that records use.</param>
    /// <param name="validate">Judges an answer, which it must not change.</param>
    public DelegateValidator(string name, Func<RoutingRequest, ChatResponse, ValidationVerdict> validate)
        : this(name, Wrap(validate))
    {
    }

    /// <summary>Creates a validator that may take its time.</summary>
    /// <param name="name">The name that records use.</param>
    /// <param name="validate">Judges an answer, which it must not change.</param>
    public DelegateValidator(string name, Func<RoutingRequest, ChatResponse, CancellationToken, ValueTask<ValidationVerdict>> validate)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(validate);
        Name = name;
        _validate = validate;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken) =>
        _validate(request, response, cancellationToken);

    private static Func<RoutingRequest, ChatResponse, CancellationToken, ValueTask<ValidationVerdict>> Wrap(
        Func<RoutingRequest, ChatResponse, ValidationVerdict> validate)
    {
        ArgumentNullException.ThrowIfNull(validate);
        return (request, response, _) => new(validate(request, response));
    }
}
