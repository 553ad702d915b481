namespace LlmRouting.HandOff;

/// <summary>Is who keeps a conversation or a background answer.</summary>
/// <param name="ModelId">The model's alias.</param>
/// <param name="Endpoint">Its endpoint.</param>
/// <param name="Origin">The provider behind it, see <see cref="ContentOrigin"/>.</param>
internal readonly record struct Issuer(string ModelId, string Endpoint, string Origin);
