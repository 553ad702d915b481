using Microsoft.Extensions.Logging;

namespace LlmRouting.Core.Tests.Support;

/// <summary>Is a line that was logged.</summary>
internal sealed record LogEntry(LogLevel Level, int Id, string Message);
