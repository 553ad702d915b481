using Microsoft.Extensions.Configuration;

namespace LlmRouting.Core.Tests.Support;

/// <summary>Is configuration in memory that a test can change, with the reload that a changed file would bring.</summary>
internal sealed class ReloadableSource : IConfigurationSource
{
    private readonly MemoryProvider _provider = new();

    public ReloadableSource(IEnumerable<KeyValuePair<string, string?>> data) => _provider.Set(data);

    public IConfigurationProvider Build(IConfigurationBuilder builder) => _provider;

    /// <summary>Replaces everything, and tells whoever listens.</summary>
    public void Replace(IEnumerable<KeyValuePair<string, string?>> data)
    {
        _provider.Set(data);
        _provider.Notify();
    }

    private sealed class MemoryProvider : ConfigurationProvider
    {
        public void Set(IEnumerable<KeyValuePair<string, string?>> data) =>
            Data = new Dictionary<string, string?>(data, StringComparer.OrdinalIgnoreCase);

        public void Notify() => OnReload();
    }
}
