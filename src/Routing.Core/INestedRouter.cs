namespace LlmRouting;

/// <summary>Marks a chat client that routes, so that a router in front of it shares its budget with it.</summary>
internal interface INestedRouter;
