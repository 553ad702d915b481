namespace LlmRouting.JsonSchema;

// Ends an evaluation that met a bound, from however deep; caught at the entry. A flag would have to be looked at in every loop, and
// "not" would turn it into a success.
internal sealed class EvaluationLimitException(string message) : Exception(message);
