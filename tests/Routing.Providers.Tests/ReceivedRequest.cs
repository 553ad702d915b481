using System.Text.Json;

namespace LlmRouting.Providers.Tests;

/// <summary>What a server was asked.</summary>
internal sealed record ReceivedRequest(JsonElement Body, string Path, IReadOnlyDictionary<string, string> Headers);
