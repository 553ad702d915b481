using System.ClientModel.Primitives;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Adds configured headers to each request.</summary>
internal sealed class ExtraHeadersPolicy(KeyValuePair<string, string>[] headers) : PipelinePolicy
{
    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Apply(message);
        ProcessNext(message, pipeline, currentIndex);
    }

    public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Apply(message);
        return ProcessNextAsync(message, pipeline, currentIndex);
    }

    private void Apply(PipelineMessage message)
    {
        foreach (KeyValuePair<string, string> header in headers)
        {
            message.Request.Headers.Set(header.Key, header.Value);
        }
    }
}
