using Microsoft.Extensions.Options;

namespace LlmRouting.DependencyInjection;

/// <summary>Creates the options at the host's start, which throws when anything is wrong with them.</summary>
internal sealed class StartupCheckValidator(IOptionsFactory<LlmRoutingOptions> factory) : IValidateOptions<StartupCheck>
{
    public ValidateOptionsResult Validate(string? name, StartupCheck options)
    {
        factory.Create(Options.DefaultName);
        return ValidateOptionsResult.Success;
    }
}
