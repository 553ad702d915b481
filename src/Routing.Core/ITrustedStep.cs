namespace LlmRouting;

/// <summary>Marks a strategy or classifier of ours that bounds its own time: it is called without a deadline, which saves its cost.</summary>
internal interface ITrustedStep;
