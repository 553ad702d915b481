namespace LlmRouting.Providers.Tests.Conformance;

/// <summary>Says why there is no mock server here.</summary>
internal sealed class MockServerMissingException(string message) : Exception(message);
