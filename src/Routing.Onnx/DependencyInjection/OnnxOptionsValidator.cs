using Microsoft.Extensions.Options;

namespace LlmRouting.Onnx.DependencyInjection;

/// <summary>Checks the section of the ONNX classifier; what is wrong with the model itself shows when it is loaded.</summary>
internal sealed class OnnxOptionsValidator : IValidateOptions<OnnxOptions>
{
    public ValidateOptionsResult Validate(string? name, OnnxOptions options)
    {
        string[] errors = [.. OnnxOptionsReader.Read(options).FindErrors().Select(static error => $"{OnnxOptionsReader.SectionName}:{error}")];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
