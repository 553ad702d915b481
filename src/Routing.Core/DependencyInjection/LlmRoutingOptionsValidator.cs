using Microsoft.Extensions.Options;

namespace LlmRouting.DependencyInjection;

/// <summary>Checks the whole configuration at once.</summary>
internal sealed class LlmRoutingOptionsValidator(RoutingParts parts) : IValidateOptions<LlmRoutingOptions>
{
    public ValidateOptionsResult Validate(string? name, LlmRoutingOptions options)
    {
        TranslatedOptions translated = OptionsTranslator.Translate(options, parts);
        return translated.Errors.IsEmpty ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(translated.Errors);
    }
}
