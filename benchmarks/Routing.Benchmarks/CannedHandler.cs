using System.Net.Http.Headers;

namespace LlmRouting.Benchmarks;

/// <summary>Answers every request at once, without a network: what is left is what the SDK and the adapter do.</summary>
internal sealed class CannedHandler(string dialect) : HttpMessageHandler
{
    private readonly byte[] _answer = CannedServer.AnswerOf(dialect);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ByteArrayContent content = new(_answer);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return Task.FromResult(new HttpResponseMessage { Content = content, RequestMessage = request });
    }
}
