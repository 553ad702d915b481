using System.Collections.Immutable;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

/// <summary>Says whether an instance fits a schema and, where it does not, why.</summary>
/// <remarks>Immutable.</remarks>
public sealed record SchemaResult
{
    internal static readonly SchemaResult Valid = new() { IsValid = true };

    /// <summary>Gets whether the instance fits the schema.</summary>
    public required bool IsValid { get; init; }

    /// <summary>Gets whether the text given was not JSON at all, so that the schema was never asked.</summary>
    public bool IsMalformed { get; init; }

    /// <summary>Gets whether there were more errors than the options list.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>Gets the errors in the order in which they were met.</summary>
    /// <value>Empty exactly when <see cref="IsValid"/> is true.</value>
    public ImmutableArray<SchemaError> Errors { get; init; } = [];

    /// <summary>Gets what the schema says about the values of a valid instance.</summary>
    /// <value>Empty unless <see cref="SchemaSettings.CollectAnnotations"/> is set.</value>
    public ImmutableArray<SchemaAnnotation> Annotations { get; init; } = [];

    /// <summary>Writes the specification's <em>flag</em> output: <c>{"valid":true}</c>.</summary>
    /// <param name="writer">Takes the object.</param>
    public void WriteFlag(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteBoolean("valid", IsValid);
        writer.WriteEndObject();
    }

    /// <summary>Writes the specification's list output (in 2020-12 called <em>basic</em>): one flat list of errors or annotations.</summary>
    /// <param name="writer">Takes the object.</param>
    public void WriteList(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteBoolean("valid", IsValid);
        if (!IsValid)
        {
            writer.WriteStartArray("errors");
            foreach (SchemaError error in Errors)
            {
                WriteUnit(writer, error.KeywordLocation, error.AbsoluteKeywordLocation, error.InstanceLocation);
                writer.WriteString("error", error.Message);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }
        else if (!Annotations.IsEmpty)
        {
            writer.WriteStartArray("annotations");
            foreach (SchemaAnnotation annotation in Annotations)
            {
                WriteUnit(writer, annotation.KeywordLocation, annotation.AbsoluteKeywordLocation, annotation.InstanceLocation);
                writer.WritePropertyName("annotation");
                annotation.Value.WriteTo(writer);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteUnit(Utf8JsonWriter writer, string keyword, string absoluteKeyword, string instance)
    {
        writer.WriteStartObject();
        writer.WriteString("keywordLocation", keyword);
        writer.WriteString("absoluteKeywordLocation", absoluteKeyword);
        writer.WriteString("instanceLocation", instance);
    }
}
