namespace LlmRouting.Providers.Fuzzing;

/// <summary>Makes responses that a service might send on a bad day. The same seed and number make the same one.</summary>
internal sealed class WireFuzzer(string adapter, int seed)
{
    private const int UsualStatus = 200;

    private static readonly int[] Statuses = [201, 204, 206, 302, 400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 429, 451, 498, 500, 501, 502, 503, 504, 520, 529, 599];

    private static readonly string?[] ContentTypes =
        [null, "text/html", "text/plain; charset=utf-8", "application/json; charset=never-heard-of-it", "application/json", "text/event-stream", "application/octet-stream", "x/y; z", "TEXT/EVENT-STREAM; charset=utf-8"];

    private static readonly string[] HeaderNames =
    [
        "retry-after", "retry-after-ms", "x-should-retry", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens",
        "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset", "anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset", "request-id", "content-encoding",
    ];

    private static readonly string[] HeaderValues =
    [
        "", "0", "1", "-1", "1.5", "999999999999999999999", "1e308", "NaN", "soon", "6m0s", "20ms", "1d2h3m4s5ms", "1h1", "s", "Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 99 Oct 9999 07:28:00 GMT",
        "2026-10-21T07:28:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00-14:00", "2026-13-45T99:99:99Z",
    ];

    private readonly WireSample[] _samples = WireCorpus.Read(adapter);

    public WireCase Make(int number)
    {
        // Not from a running generator: one case can be looked at again alone.
        Random random = new(unchecked((seed * 397) ^ (number * 486_187_739)));
        WireSample sample = _samples[random.Next(_samples.Length)];
        byte[] body = new WireMutator(random).Mutate(sample);
        string usual = sample.IsStream ? "text/event-stream" : "application/json";
        List<KeyValuePair<string, string>> headers = [];
        while (random.Next(4) == 0)
        {
            headers.Add(new(HeaderNames[random.Next(HeaderNames.Length)], HeaderValues[random.Next(HeaderValues.Length)]));
        }

        return new WireCase(
            sample.Name,
            random.Next(8) == 0 ? !sample.IsStream : sample.IsStream,
            random.Next(8) == 0 ? Statuses[random.Next(Statuses.Length)] : UsualStatus,
            random.Next(8) == 0 ? ContentTypes[random.Next(ContentTypes.Length)] : usual,
            [.. headers],
            body,
            random.Next(3) == 0 ? random.Next(1, 16) : int.MaxValue,
            random.Next(32) == 0 ? random.Next(body.Length + 1) : null);
    }
}
