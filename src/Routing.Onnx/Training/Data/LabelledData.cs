using System.Collections.Immutable;

namespace LlmRouting.Onnx.Training.Data;

/// <summary>Holds what was read of one or more files.</summary>
/// <param name="Requests">The requests, in the order of the files and their lines.</param>
/// <param name="Rejected">The lines that could not be used; the first thousand of them.</param>
/// <param name="RejectedCount">How many lines could not be used.</param>
/// <param name="Fingerprint">SHA-256 over the bytes of all files, as 64 hexadecimal digits: names the data without holding it.</param>
public sealed record LabelledData(
    ImmutableArray<LabelledRequest> Requests, ImmutableArray<RejectedLine> Rejected, int RejectedCount, string Fingerprint);
