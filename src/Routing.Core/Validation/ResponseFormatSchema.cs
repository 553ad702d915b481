using LlmRouting.JsonSchema;

namespace LlmRouting.Validation;

/// <summary>Is a schema made ready for whole answers and for streams.</summary>
/// <param name="Compiled">null when the schema cannot be compiled.</param>
/// <param name="Rule">null when nothing can be said early.</param>
internal sealed record ResponseFormatSchema(CompiledSchema? Compiled, StreamRule? Rule);
