using System.Collections.Immutable;
using LlmRouting.Admission;
using LlmRouting.Budgets;
using LlmRouting.DecisionLog;
using LlmRouting.Pipeline;

namespace LlmRouting.DependencyInjection;

/// <summary>Is the configuration in the router's own terms.</summary>
/// <param name="Models">The models, in order.</param>
/// <param name="Pipeline">Everything else.</param>
/// <param name="Budgets">The limits to what may be spent.</param>
/// <param name="Admission">How many requests run at a time; null means any number.</param>
/// <param name="DecisionLog">Where decisions are logged; null means nowhere.</param>
/// <param name="Unused">Strategies and classifiers that the host added but the configuration does not list.</param>
/// <param name="FromCatalog">What a catalog added to each model.</param>
/// <param name="Errors">What is wrong; anything here makes the rest unusable.</param>
internal sealed record TranslatedOptions(
    ImmutableArray<TranslatedModel> Models,
    RoutingPipeline Pipeline,
    ImmutableArray<BudgetRule> Budgets,
    AdmissionSettings? Admission,
    DecisionLogSettings? DecisionLog,
    ImmutableArray<string> Unused,
    ImmutableArray<CatalogNote> FromCatalog,
    ImmutableArray<string> Errors);
