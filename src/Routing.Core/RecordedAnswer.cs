namespace LlmRouting;

/// <summary>Is what a classifier answered, or why it did not.</summary>
internal readonly record struct RecordedAnswer(string Classifier, Classification? Answer, string? Failure);
