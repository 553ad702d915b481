namespace LlmRouting.Providers.Fuzzing;

/// <summary>Is a valid answer of a service, which mutations start from.</summary>
/// <param name="Name">The name of its file.</param>
/// <param name="IsStream">Whether it is a stream of events.</param>
/// <param name="Bytes">What the service sends.</param>
internal sealed record WireSample(string Name, bool IsStream, byte[] Bytes);
