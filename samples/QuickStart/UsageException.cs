namespace LlmRouting.QuickStart;

/// <summary>Is thrown when the command line makes no sense.</summary>
internal sealed class UsageException(string message) : Exception(message);
