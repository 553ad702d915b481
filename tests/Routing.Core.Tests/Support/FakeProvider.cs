using LlmRouting.Testing;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Support;

/// <summary>Is a provider that hands out fakes and remembers them, in the order in which they were made.</summary>
internal sealed class FakeProvider(string kind = "fake") : IModelProvider
{
    private readonly List<(ModelEndpointSettings Settings, FakeChatClient Client)> _created = [];

    public string Kind => kind;

    /// <summary>Gets or sets what checks the settings, by throwing.</summary>
    public Action<ModelEndpointSettings> OnCreate { get; set; } = _ => { };

    public IReadOnlyList<(ModelEndpointSettings Settings, FakeChatClient Client)> Created => _created;

    /// <summary>Gets the clients that are still in use; the probes of validation are disposed at once.</summary>
    public IEnumerable<FakeChatClient> Alive => _created.Select(static made => made.Client).Where(static client => client.Disposals == 0);

    public IChatClient CreateClient(ModelEndpointSettings endpoint)
    {
        OnCreate(endpoint);
        FakeChatClient client = new($"answer of {endpoint.ModelId}");
        _created.Add((endpoint, client));
        return client;
    }
}
