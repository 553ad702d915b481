using System.Text.Json.Serialization;

namespace LlmRouting.Onnx.Training.Export;

/// <summary>Lets lists of names be written as JSON without reflection.</summary>
[JsonSerializable(typeof(string[]))]
internal sealed partial class RouterFileJson : JsonSerializerContext;
