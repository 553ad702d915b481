namespace LlmRouting.Providers.Anthropic;

/// <summary>Adds the configured headers to each request, and notes what the headers of its response say.</summary>
internal sealed class ResponseWatcher(KeyValuePair<string, string>[] headers, TimeProvider timeProvider) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        foreach (KeyValuePair<string, string> header in headers)
        {
            // Set, not added: a second anthropic-version beside the SDK's would be neither of the two.
            request.Headers.Remove(header.Key);
            request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (CallNotes.Current is CallNotes notes)
        {
            notes.HasResponse = true;
            notes.MediaType = response.Content.Headers.ContentType?.MediaType;
            notes.Limits = RateLimitReader.Read(name => Find(response, name), timeProvider);
            notes.RetryAfter = response.IsSuccessStatusCode ? null : RetryAfterReader.Read(name => Find(response, name), timeProvider);
        }

        return response;
    }

    private static string? Find(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;
}
