using System.Runtime.CompilerServices;
using System.Text.Json;
using LlmRouting.JsonSchema;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Validation;

/// <summary>Compiles each schema once: found again by the object that carries it, and by its text when callers make a new object each time.</summary>
/// <remarks>Thread-safe and bounded: when more than <see cref="Capacity"/> different texts have come, it starts over.</remarks>
internal sealed partial class SchemaCache(SchemaCompiler compiler, string validator, ILogger logger)
{
    internal const int Capacity = 256;

    private readonly ConditionalWeakTable<object, ResponseFormatSchema> _byOwner = [];
    private readonly Dictionary<string, ResponseFormatSchema> _byText = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Gets a response format's schema.</summary>
    /// <returns>null when the format has none.</returns>
    public ResponseFormatSchema? Get(ChatResponseFormatJson format) =>
        _byOwner.TryGetValue(format, out ResponseFormatSchema? known) ? known
        : format.Schema is { ValueKind: not JsonValueKind.Undefined } schema ? Remember(format, schema)
        : null;

    /// <summary>Gets the schema of a tool's arguments.</summary>
    public ResponseFormatSchema Get(AIFunctionDeclaration tool) =>
        _byOwner.TryGetValue(tool, out ResponseFormatSchema? known) ? known : Remember(tool, tool.JsonSchema);

    private ResponseFormatSchema Remember(object owner, JsonElement schema)
    {
        ResponseFormatSchema compiled = GetByText(schema);
        _byOwner.AddOrUpdate(owner, compiled);
        return compiled;
    }

    private ResponseFormatSchema GetByText(JsonElement schema)
    {
        string text = schema.GetRawText();
        lock (_lock)
        {
            if (_byText.TryGetValue(text, out ResponseFormatSchema? known))
            {
                return known;
            }
        }

        // Outside the lock: a large schema takes a while. Two threads may do the same work once.
        ResponseFormatSchema compiled = Compile(schema);
        lock (_lock)
        {
            if (_byText.Count >= Capacity)
            {
                _byText.Clear();
            }

            _byText[text] = compiled;
        }

        return compiled;
    }

    private ResponseFormatSchema Compile(JsonElement schema)
    {
        try
        {
            CompiledSchema compiled = compiler.Compile(schema);
            return new(compiled, StreamRuleReader.Read(compiler, schema));
        }
        catch (SchemaException exception)
        {
            Log.SchemaInvalid(logger, validator, exception.Location);
            return new(null, null);
        }
    }

    private static partial class Log
    {
        // The location is enough to find the fault; the message may quote the schema.
        [LoggerMessage(EventIds.SchemaInvalid, LogLevel.Warning, "Validator '{Validator}' cannot use a request's schema, which is wrong at '{Location}'; answers to it are not checked against it")]
        public static partial void SchemaInvalid(ILogger logger, string validator, string location);
    }
}
