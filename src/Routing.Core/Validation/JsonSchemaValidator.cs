using System.Text;
using System.Text.Json;
using LlmRouting.JsonSchema;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmRouting.Validation;

/// <summary>Holds answers to the JSON Schema that the caller asked for; a broken one is sent back with its violations.</summary>
/// <remarks>
/// <para>The schema is taken in the form in which the caller gave it, since adapters weaken schemas. Without a schema it checks for well-formed JSON when the request asks for JSON, and does nothing otherwise. An answer that calls
/// tools is not the last word and need not be JSON. A schema that cannot be compiled is logged once and asks for well-formed JSON only.</para>
/// <para>Thread-safe; every schema is compiled once.</para>
/// </remarks>
public sealed class JsonSchemaValidator : IStreamingResponseValidator
{
    /// <summary>The name that records use.</summary>
    public const string ValidatorName = "json-schema";

    private const string CutOff = "cut off by the token limit";
    private const string Malformed = "the answer is not well-formed JSON";
    private const string Violates = "the answer breaks the JSON schema";
    private const string InvalidSchema = "the schema itself is invalid";
    private const string Unwrapped = "the JSON was taken out of the text around it";
    private const string Mended = "the syntax of the JSON was mended";

    private readonly JsonSchemaValidationSettings _settings;
    private readonly SchemaCache _cache;
    private readonly ResponseFormatSchema? _fixed;

    /// <summary>Creates a validator that takes the schema from each request.</summary>
    /// <param name="settings">The settings; null means the defaults.</param>
    /// <param name="compiler">What compiles the schemas; null means one with default options.</param>
    /// <param name="logger">Where schemas that cannot be compiled are reported; null means nowhere.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public JsonSchemaValidator(
        JsonSchemaValidationSettings? settings = null,
        SchemaCompiler? compiler = null,
        ILogger<JsonSchemaValidator>? logger = null)
    {
        _settings = settings ?? JsonSchemaValidationSettings.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(_settings.MaxErrorsInInstruction, 1, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_settings.MaxErrorsInInstruction, 100, nameof(settings));
        _cache = new SchemaCache(compiler ?? new SchemaCompiler(), ValidatorName, logger ?? NullLogger<JsonSchemaValidator>.Instance);
    }

    /// <summary>Creates a validator that holds every answer to one schema, whatever the request asks for.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="settings">The settings; null means the defaults.</param>
    /// <param name="compiler">What compiles the schema; null means one with default options.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    /// <exception cref="SchemaException">The schema cannot be compiled.</exception>
    public JsonSchemaValidator(JsonElement schema, JsonSchemaValidationSettings? settings = null, SchemaCompiler? compiler = null)
        : this(settings, compiler)
    {
        SchemaCompiler chosen = compiler ?? new SchemaCompiler();
        _fixed = new ResponseFormatSchema(chosen.Compile(schema), StreamRuleReader.Read(chosen, schema));
    }

    /// <inheritdoc/>
    public bool RepairsStoppedStreams => true;

    /// <inheritdoc/>
    public string Name => ValidatorName;

    /// <inheritdoc/>
    public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(response);
        return new(IsAsked(request, out ResponseFormatSchema? schema) ? Validate(schema, response) : ValidationVerdict.Accept);
    }

    /// <inheritdoc/>
    public IStreamInspection? Inspect(RoutingRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return IsAsked(request, out ResponseFormatSchema? schema) ? new JsonStreamInspection(schema?.Rule, _settings.MayRepairSyntax) : null;
    }

    private bool IsAsked(RoutingRequest request, out ResponseFormatSchema? schema)
    {
        if (_fixed is not null)
        {
            schema = _fixed;
            return true;
        }

        var format = request.Options?.ResponseFormat as ChatResponseFormatJson;
        schema = format is null ? null : _cache.Get(format);
        return format is not null;
    }

    private ValidationVerdict Validate(ResponseFormatSchema? schema, ChatResponse response)
    {
        string text = response.Text;
        if (ResponseReader.CallsTools(response) && JsonLocator.Find(text) < 0)
        {
            return ValidationVerdict.Accept;
        }

        if (response.FinishReason == ChatFinishReason.Length)
        {
            return ValidationVerdict.Reject(CutOff);
        }

        JsonExtraction found = JsonExtractor.Extract(text, _settings.MayRepairSyntax);
        if (found.Json is null)
        {
            return ValidationVerdict.Repair(
                Malformed,
                "Your answer is not well-formed JSON. Answer again with exactly one complete JSON value and nothing else: no explanation, "
                    + "no code fence, no comments.");
        }

        if (schema is { Compiled: { } compiled } && compiled.Validate(found.Utf8) is { IsValid: false } result)
        {
            return ValidationVerdict.Repair(Violates, Instruction(result));
        }

        bool isInvalidSchema = schema is { Compiled: null };
        return (_settings.Normalize && found.Json != text) || isInvalidSchema
            ? ValidationVerdict.AcceptAs(
                _settings.Normalize ? found.Json : text,
                isInvalidSchema ? InvalidSchema : found.Kind == JsonExtractionKind.Repaired ? Mended : Unwrapped)
            : ValidationVerdict.Accept;
    }

    private string Instruction(SchemaResult result)
    {
        StringBuilder text = new("Your answer breaks the JSON schema that it must follow. What is wrong, by JSON pointer:\n");
        int listed = Math.Min(result.Errors.Length, _settings.MaxErrorsInInstruction);
        for (int i = 0; i < listed; i++)
        {
            text.Append("- ").Append(result.Errors[i]).Append('\n');
        }

        if (listed < result.Errors.Length || result.IsTruncated)
        {
            text.Append("- and more of the kind\n");
        }

        return text.Append("Answer again with the corrected JSON value only: no explanation, no code fence.").ToString();
    }
}
