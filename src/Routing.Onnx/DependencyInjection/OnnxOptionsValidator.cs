using LlmRouting.Onnx.Inference;
using Microsoft.Extensions.Options;

namespace LlmRouting.Onnx.DependencyInjection;

/// <summary>Checks the section of the ONNX classifier; what is wrong with the model itself shows when it is loaded.</summary>
internal sealed class OnnxOptionsValidator : IValidateOptions<OnnxOptions>
{
    private static readonly OnnxClassifierSettings Empty = OnnxOptionsReader.Read(new OnnxOptions());

    public ValidateOptionsResult Validate(string? name, OnnxOptions options)
    {
        OnnxClassifierSettings settings = OnnxOptionsReader.Read(options);

        // Nothing is set: the router that ships classifies, and needs nothing. Anything else belongs to a model, which is missing then.
        if (settings.IsSame(Empty))
        {
            return ValidateOptionsResult.Success;
        }

        string[] errors = [.. settings.FindErrors().Select(static error => $"{OnnxOptionsReader.SectionName}:{error}")];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
