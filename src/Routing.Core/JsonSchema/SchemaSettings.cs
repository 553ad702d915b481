namespace LlmRouting.JsonSchema;

/// <summary>Sets how schemas are compiled and what a validation may cost.</summary>
/// <remarks>Mutable and not thread-safe; <see cref="SchemaCompiler"/> takes a copy, so later changes have no effect on it.</remarks>
public sealed class SchemaSettings
{
    /// <summary>Gets or sets the draft of a schema that has no <c>$schema</c>.</summary>
    /// <value>Default <see cref="SchemaDialect.Draft202012"/>.</value>
    public SchemaDialect DefaultDialect { get; set; } = SchemaDialect.Draft202012;

    /// <summary>Gets or sets whether <c>format</c> is checked or only an annotation.</summary>
    /// <value>null (the default) leaves it to the schema's vocabulary, which for every published draft means an annotation.</value>
    public bool? AssertFormat { get; set; }

    /// <summary>Gets or sets whether <c>contentEncoding</c>, <c>contentMediaType</c> and <c>contentSchema</c> are checked.</summary>
    /// <value>Default false: annotations only, as the specification asks. Known are base64 and the JSON media types.</value>
    public bool AssertContent { get; set; }

    /// <summary>Gets or sets whether results carry the annotations of the keywords that describe (title, default, format ...).</summary>
    /// <value>Default false. When true, every validation takes the slower path that builds a result.</value>
    public bool CollectAnnotations { get; set; }

    /// <summary>Gets or sets the time that one match of one pattern may take.</summary>
    /// <value>Default 250 ms; more than zero. Most patterns run in linear time and never meet it.</value>
    public TimeSpan RegexTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Gets or sets the longest text, in UTF-8 bytes, that patterns and formats are matched against.</summary>
    /// <value>Default 16 MiB; at least 1. A longer text where a pattern or format applies makes the instance invalid.</value>
    public int MaxPatternInputBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Gets or sets how deep an instance may nest.</summary>
    /// <value>Arrays and objects within each other; default 128, at least 1.</value>
    public int MaxDepth { get; set; } = 128;

    /// <summary>Gets or sets how deep a schema document may nest.</summary>
    /// <value>Arrays and objects within each other; default 256, at least 1.</value>
    public int MaxSchemaDepth { get; set; } = 256;

    /// <summary>Gets or sets how many subschemas one compiled schema may have, its remote documents included.</summary>
    /// <value>Default 100,000; at least 1.</value>
    public int MaxSchemaNodes { get; set; } = 100_000;

    /// <summary>Gets or sets how large a schema given as text may be.</summary>
    /// <value>UTF-8 bytes; default 16 MiB, at least 1.</value>
    public int MaxSchemaBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Gets or sets how many errors a result lists.</summary>
    /// <value>Default 100; at least 1. The rest are left out, and <see cref="SchemaResult.IsTruncated"/> says so.</value>
    public int MaxErrors { get; set; } = 100;

    /// <summary>Gets or sets how much work one validation may do.</summary>
    /// <value>Applications of a subschema to a value, plus comparisons of items; default 10,000,000, at least 1. Some schemas of a few
    /// lines would otherwise run for years.</value>
    public long MaxEvaluations { get; set; } = 10_000_000;

    /// <summary>Gets or sets the documents that references may lead to besides the schema's own.</summary>
    /// <value>null (the default) is none. The compiler never opens a connection or a file.</value>
    public SchemaRegistry? Registry { get; set; }

    internal SchemaSettings Snapshot()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RegexTimeout, TimeSpan.Zero, nameof(RegexTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPatternInputBytes, 1, nameof(MaxPatternInputBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDepth, 1, nameof(MaxDepth));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSchemaDepth, 1, nameof(MaxSchemaDepth));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSchemaNodes, 1, nameof(MaxSchemaNodes));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSchemaBytes, 1, nameof(MaxSchemaBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxErrors, 1, nameof(MaxErrors));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxEvaluations, 1, nameof(MaxEvaluations));
        return (SchemaSettings)MemberwiseClone();
    }
}
