namespace LlmRouting.QuickStart;

/// <summary>Is what the report knows of one request.</summary>
/// <param name="Item">The item's number.</param>
/// <param name="Number">The same; with the turn after a dot, or with a plus for what follows a tool call.</param>
/// <param name="Category">What kind of request we think it is.</param>
/// <param name="Outcome">What the router did; null when it did not come that far.</param>
/// <param name="Text">The answer.</param>
/// <param name="Error">Why there is none; null when there is one.</param>
internal sealed record RequestRecord(int Item, string Number, string Category, RoutingOutcome? Outcome, string Text, string? Error);
