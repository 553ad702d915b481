using LlmRouting.Models;
using LlmRouting.Onnx.Learned;
using Microsoft.Extensions.Options;

namespace LlmRouting.Onnx.DependencyInjection;

/// <summary>Finds the models for which a router was trained, but which nobody registered: such a strategy would abstain for ever.</summary>
internal sealed class LearnedRouterValidator(IEnumerable<IRoutingStrategy> strategies, ModelRegistry registry) : IValidateOptions<LearnedRouterCheck>
{
    public ValidateOptionsResult Validate(string? name, LearnedRouterCheck options)
    {
        List<string> errors = [];
        foreach (LearnedStrategy strategy in strategies.OfType<LearnedStrategy>())
        {
            string[] missing = [.. strategy.Models.Where(id => !registry.Current.All.Any(model => string.Equals(model.Id, id, StringComparison.OrdinalIgnoreCase)))];
            if (missing.Length > 0)
            {
                errors.Add(
                    $"The router of the strategy '{strategy.Name}' was trained for {List(missing)}, which {(missing.Length == 1 ? "is no registered model" : "are no registered models")}; "
                    + $"registered: {List(registry.Current.All.Select(static model => model.Id))}. Register them, or say in LearnedStrategySettings.Models which registered models are meant.");
            }
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static string List(IEnumerable<string> ids)
    {
        string list = string.Join(", ", ids.Select(static id => $"'{id}'"));
        return list.Length == 0 ? "none" : list;
    }
}
