using Microsoft.Extensions.AI;

namespace LlmRouting.HandOff;

/// <summary>Tells where the files and vector stores of a request are kept.</summary>
internal static class HostedContent
{
    /// <summary>Says whether a provider keeps all that the request refers to.</summary>
    /// <param name="request">The request.</param>
    /// <param name="origin">The provider.</param>
    /// <param name="assumed">Who keeps what does not say so; null means whoever is asked.</param>
    public static bool IsKeptBy(RoutingRequest request, string origin, string? assumed)
    {
        for (int i = 0; i < request.Messages.Count; i++)
        {
            if (!AreKeptBy(request.Messages[i].Contents, origin, assumed))
            {
                return false;
            }
        }

        IList<AITool>? tools = request.Options?.Tools;
        for (int i = 0; i < tools?.Count; i++)
        {
            if (InputsOf(tools[i]) is { } inputs && !AreKeptBy(inputs, origin, assumed))
            {
                return false;
            }
        }

        return true;
    }

    private static IList<AIContent>? InputsOf(AITool tool) => tool switch
    {
        HostedFileSearchTool search => search.Inputs,
        HostedCodeInterpreterTool interpreter => interpreter.Inputs,
        _ => null,
    };

    private static bool AreKeptBy(IList<AIContent> contents, string origin, string? assumed)
    {
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is HostedFileContent or HostedVectorStoreContent
                && (ContentOrigin.Find(contents[i]) ?? assumed) is { } keeper && !ContentOrigin.IsSameAccount(keeper, origin))
            {
                return false;
            }
        }

        return true;
    }
}
