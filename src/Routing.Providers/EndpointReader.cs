using System.Buffers;
using System.Globalization;

namespace LlmRouting.Providers;

/// <summary>Reads, and checks, what a client needs from an endpoint's settings. No message holds a key or a header's value.</summary>
internal sealed class EndpointReader(EndpointDefaults kind, ModelEndpointSettings settings)
{
    private const string HeaderPrefix = "Header:";
    private const string KeyVariableProperty = "ApiKeyEnvironmentVariable";
    private const string InsecureProperty = "AllowInsecure";

    // RFC 9110, 5.6.2: the characters of a token, which a header's name must be.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    public Uri ReadAddress()
    {
        Uri address = settings.Endpoint ?? kind.DefaultEndpoint
            ?? throw Invalid("has no endpoint; set Endpoint to the service's base address");
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
        {
            throw Invalid("has an endpoint that is not an absolute http or https address");
        }

        if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback && !IsTrue(InsecureProperty))
        {
            throw Invalid($"would send its requests to '{address.Authority}' in the clear; use https, or set the property AllowInsecure to true");
        }

        return kind.DefaultPath is not null && address.AbsolutePath == "/" ? new Uri(address, kind.DefaultPath) : address;
    }

    public string? ReadKey()
    {
        string? ownVariable = Property(KeyVariableProperty);
        string? key = NullIfBlank(settings.ApiKey) ?? FromEnvironment(ownVariable) ?? FromEnvironment(kind.KeyEnvironmentVariable);
        if (key is null)
        {
            return kind.RequiresKey ? throw Invalid($"has no key; set ApiKey{Alternatives(ownVariable)}") : null;
        }

        // A key that is no valid header value would end up, whole, in the message of HttpClient's FormatException.
        if (key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw Invalid("has a key with a blank, a control character or one that is not ASCII");
        }

        return key;
    }

    /// <summary>Reads a property that has one of a few values.</summary>
    /// <returns>The value as it is spelt in <paramref name="values"/>; null when the property is not set.</returns>
    public string? ReadChoice(string name, params ReadOnlySpan<string> values)
    {
        if (Property(name) is not string text)
        {
            return null;
        }

        foreach (string value in values)
        {
            if (value.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        throw Invalid($"has '{text}' as the property {name}; it must be {string.Join(" or ", values)}");
    }

    /// <summary>Reads a property that is a number of at least 1.</summary>
    /// <returns>null when the property is not set.</returns>
    public int? ReadCount(string name)
    {
        if (Property(name) is not string text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? count
            : throw Invalid($"has '{text}' as the property {name}; it must be a whole number of at least 1");
    }

    /// <summary>Reads a property that is a switch; it is off when it is not set.</summary>
    public bool IsTrue(string name) =>
        Property(name) is string text && (bool.TryParse(text, out bool value) ? value : throw Invalid($"has '{text}' as the property {name}; it must be true or false"));

    /// <summary>Refuses properties that nobody reads: a misspelt one would change nothing, without a word.</summary>
    /// <param name="own">What this kind knows beside what all of them do.</param>
    public void CheckProperties(params ReadOnlySpan<string> own)
    {
        string[] known = [KeyVariableProperty, InsecureProperty, .. own];
        foreach (string name in settings.Properties.Keys)
        {
            if (!name.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase) && !known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw Invalid($"has the property '{name}', which this kind does not know; it knows {string.Join(", ", known)} and {HeaderPrefix}{{name}}");
            }
        }
    }

    public KeyValuePair<string, string>[] ReadHeaders()
    {
        List<KeyValuePair<string, string>> headers = [];
        foreach (KeyValuePair<string, string> property in settings.Properties)
        {
            if (!property.Key.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            string name = property.Key[HeaderPrefix.Length..];
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(TokenCharacters))
            {
                throw Invalid($"has the property '{property.Key}', which names no valid header");
            }

            if (property.Value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                throw Invalid($"has the property '{property.Key}', whose value has a control character or one that is not ASCII");
            }

            headers.Add(new(name, property.Value));
        }

        return [.. headers];
    }

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static string? FromEnvironment(string? variable) =>
        string.IsNullOrWhiteSpace(variable) ? null : NullIfBlank(Environment.GetEnvironmentVariable(variable));

    private string Alternatives(string? ownVariable) => (ownVariable, kind.KeyEnvironmentVariable) switch
    {
        (null, null) => "",
        (null, string conventional) => $" or the environment variable {conventional}",
        (string own, null) => $" or the environment variable {own}",
        (string own, string conventional) => $" or one of the environment variables {own} and {conventional}",
    };

    // Configuration does not tell upper case from lower, whatever the comparer of the dictionary that it was bound to.
    private string? Property(string name)
    {
        foreach (KeyValuePair<string, string> property in settings.Properties)
        {
            if (property.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return property.Value;
            }
        }

        return null;
    }

    private ArgumentException Invalid(string problem) =>
        new($"The endpoint of model '{settings.ModelId}' at provider '{settings.Provider}' ({kind.Name}) {problem}.");
}
