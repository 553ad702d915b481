using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace LlmRouting.JsonSchema;

/// <summary>Validates instances against one compiled schema.</summary>
/// <remarks>Safe for concurrent use. A valid instance costs no allocation beyond the <see cref="JsonDocument"/> that holds it, unless the
/// schema names properties by escaped names or asks for annotations. Where an object names a property twice, both values must fit.</remarks>
public sealed class CompiledSchema
{
    private readonly SchemaNode _root;
    private readonly SchemaSettings _options;
    private readonly JsonDocumentOptions _documentOptions;
    private readonly bool _usesDynamicScope;
    private Evaluation? _spare;

    internal CompiledSchema(SchemaNode root, SchemaSettings options, bool usesDynamicScope)
    {
        _root = root;
        _options = options;
        _usesDynamicScope = usesDynamicScope;
        _documentOptions = new JsonDocumentOptions { MaxDepth = options.MaxDepth };
    }

    /// <summary>Tells whether an instance fits the schema; stops at the first error.</summary>
    /// <param name="instance">The value to check.</param>
    /// <returns>true when it fits; false also when a bound of the options was met.</returns>
    /// <exception cref="ArgumentException">The element is undefined.</exception>
    public bool IsValid(JsonElement instance) => TryEvaluate(Defined(instance), collecting: false).IsValid;

    /// <summary>Tells whether a JSON text fits the schema; stops at the first error.</summary>
    /// <param name="utf8Json">The text in UTF-8; must not change during the call.</param>
    /// <returns>true when it is JSON and fits.</returns>
    public bool IsValid(ReadOnlyMemory<byte> utf8Json) => Check(utf8Json, collecting: false).IsValid;

    /// <inheritdoc cref="IsValid(ReadOnlyMemory{byte})"/>
    public bool IsValid(ReadOnlySpan<byte> utf8Json) => Copied(utf8Json, collecting: false).IsValid;

    /// <inheritdoc cref="IsValid(ReadOnlyMemory{byte})"/>
    public bool IsValid(ReadOnlySequence<byte> utf8Json) => Copied(utf8Json, collecting: false).IsValid;

    /// <summary>Validates an instance and says where it breaks the schema.</summary>
    /// <param name="instance">The value to check.</param>
    /// <returns>The verdict with its errors; a bound of the options that was met is an error too.</returns>
    /// <exception cref="ArgumentException">The element is undefined.</exception>
    public SchemaResult Validate(JsonElement instance) => TryEvaluate(Defined(instance), collecting: true);

    /// <summary>Validates a JSON text and says where it breaks the schema.</summary>
    /// <param name="utf8Json">The text in UTF-8; must not change during the call.</param>
    /// <returns>The verdict with its errors; a text that is not JSON is an error too (<see cref="SchemaResult.IsMalformed"/>).</returns>
    public SchemaResult Validate(ReadOnlyMemory<byte> utf8Json) => Check(utf8Json, collecting: true);

    /// <inheritdoc cref="Validate(ReadOnlyMemory{byte})"/>
    public SchemaResult Validate(ReadOnlySpan<byte> utf8Json) => Copied(utf8Json, collecting: true);

    /// <inheritdoc cref="Validate(ReadOnlyMemory{byte})"/>
    public SchemaResult Validate(ReadOnlySequence<byte> utf8Json) => Copied(utf8Json, collecting: true);

    private static JsonElement Defined(JsonElement instance) => instance.ValueKind == JsonValueKind.Undefined
        ? throw new ArgumentException("The instance is an undefined element; parse a document first.", nameof(instance))
        : instance;

    private SchemaResult Copied(ReadOnlySpan<byte> utf8Json, bool collecting)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(utf8Json.Length);
        try
        {
            utf8Json.CopyTo(copy);
            return Check(copy.AsMemory(0, utf8Json.Length), collecting);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private SchemaResult Copied(ReadOnlySequence<byte> utf8Json, bool collecting)
    {
        if (utf8Json.IsSingleSegment)
        {
            return Check(utf8Json.First, collecting);
        }

        if (utf8Json.Length > Array.MaxLength)
        {
            return Failure($"The text has {utf8Json.Length} bytes, which is more than can be read at once.", malformed: true);
        }

        int length = (int)utf8Json.Length;
        byte[] copy = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            utf8Json.CopyTo(copy);
            return Check(copy.AsMemory(0, length), collecting);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private SchemaResult Check(ReadOnlyMemory<byte> utf8Json, bool collecting)
    {
        // The parser leaves the text of strings unread; without this a broken byte would surface later, in the host's own GetString.
        if (!Utf8.IsValid(utf8Json.Span))
        {
            return Failure("The text is not UTF-8.", malformed: true);
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8Json, _documentOptions);
            return TryEvaluate(document.RootElement, collecting);
        }
        catch (JsonException malformed)
        {
            // The exception's own message quotes the text; only the position is passed on.
            return Failure(
                $"The text is not well-formed JSON, or nests deeper than {_options.MaxDepth}: line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}.",
                malformed: true);
        }
    }

    private SchemaResult TryEvaluate(in JsonElement instance, bool collecting)
    {
        Evaluation evaluation = Interlocked.Exchange(ref _spare, null) ?? new Evaluation(_options, _usesDynamicScope);
        try
        {
            evaluation.Begin(tracing: false);
            if (!(collecting && _options.CollectAnnotations) && _root.Evaluate(instance, evaluation, Evaluation.Untracked))
            {
                return SchemaResult.Valid;
            }

            if (!collecting)
            {
                return SchemaResultFlags.Invalid;
            }

            evaluation.Begin(tracing: true);
            bool valid = _root.Evaluate(instance, evaluation, Evaluation.Untracked);
            return evaluation.ToResult(valid);
        }
        catch (EvaluationLimitException limit)
        {
            return collecting ? Failure(limit.Message, malformed: false) : SchemaResultFlags.Invalid;
        }
        catch (InsufficientExecutionStackException)
        {
            return collecting ? Failure("The instance nests deeper than the stack allows.", malformed: false) : SchemaResultFlags.Invalid;
        }
        finally
        {
            evaluation.End();
            Volatile.Write(ref _spare, evaluation);
        }
    }

    private static SchemaResult Failure(string message, bool malformed) => new()
    {
        IsValid = false,
        IsMalformed = malformed,
        Errors = ImmutableCollectionsMarshal.AsImmutableArray(new[] { new SchemaError("", "", "#", message) }),
    };

    private static class SchemaResultFlags
    {
        internal static readonly SchemaResult Invalid = new() { IsValid = false };
    }
}
