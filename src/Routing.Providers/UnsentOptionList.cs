using System.Collections.Immutable;

namespace LlmRouting.Providers;

/// <summary>Gathers the names of options that are not sent; allocates nothing until there is one.</summary>
internal struct UnsentOptionList
{
    private ImmutableArray<string>.Builder? _names;

    public void AddIf(bool isUnsent, string name)
    {
        if (isUnsent)
        {
            (_names ??= ImmutableArray.CreateBuilder<string>()).Add(name);
        }
    }

    public readonly ImmutableArray<string> ToImmutable() => _names?.ToImmutable() ?? [];
}
