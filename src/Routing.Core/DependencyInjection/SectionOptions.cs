using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LlmRouting.DependencyInjection;

/// <summary>Fills another package's options from its section, and tells when that changes.</summary>
internal sealed class SectionOptions<TOptions>(IEnumerable<RoutingSection> sections, string section, Action<IConfiguration, TOptions> bind)
    : IConfigureOptions<TOptions>, IOptionsChangeTokenSource<TOptions>
    where TOptions : class
{
    private readonly IConfiguration[] _roots = [.. sections.Select(static known => known.Section).OfType<IConfiguration>()];

    public string Name => Options.DefaultName;

    public void Configure(TOptions options)
    {
        foreach (IConfiguration root in _roots)
        {
            bind(root.GetSection(section), options);
        }
    }

    public IChangeToken GetChangeToken() => new CompositeChangeToken([.. _roots.Select(static root => root.GetReloadToken())]);
}
