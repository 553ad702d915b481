using System.Net;

namespace LlmRouting.Providers.Fuzzing;

/// <summary>Answers every request with the case at hand, without a network.</summary>
internal sealed class CannedHandler : HttpMessageHandler
{
    /// <summary>Gets or sets what comes next.</summary>
    public WireCase? Next { get; set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        WireCase known = Next ?? throw new InvalidOperationException("No case was set.");
        HttpResponseMessage response = new((HttpStatusCode)known.Status) { Content = new StreamContent(new PiecemealStream(known)), RequestMessage = request };
        if (known.ContentType is not null)
        {
            response.Content.Headers.TryAddWithoutValidation("Content-Type", known.ContentType);
        }

        foreach (KeyValuePair<string, string> header in known.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(header.Key, header.Value))
            {
                response.Content.Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
        }

        return Task.FromResult(response);
    }
}
