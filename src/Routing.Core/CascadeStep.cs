namespace LlmRouting;

/// <summary>Is one step of a cascade.</summary>
/// <param name="Model">A model id, a family, or either with <c>@version</c>.</param>
/// <param name="AcceptFromScore">From which score on the step's answers are accepted; 0 to 1; 0 leaves it to the validators alone.</param>
public sealed record CascadeStep(string Model, double AcceptFromScore = 0);
