using System.Collections.Immutable;
using Microsoft.Extensions.AI;

namespace LlmRouting.Testing;

/// <summary>Is a call that a <see cref="FakeChatClient"/> received.</summary>
/// <param name="Messages">The messages.</param>
/// <param name="Options">The very options object that was passed.</param>
/// <param name="IsStreaming">Whether a stream was asked for.</param>
public sealed record FakeCall(ImmutableArray<ChatMessage> Messages, ChatOptions? Options, bool IsStreaming);
