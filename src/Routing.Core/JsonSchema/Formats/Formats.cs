using System.Collections.Frozen;

namespace LlmRouting.JsonSchema;

internal delegate bool FormatCheck(ReadOnlySpan<char> text);

// The formats of the specification, drafts 4 to 2020-12. An unknown format asserts nothing.
internal static class Formats
{
    private static readonly FrozenDictionary<string, FormatCheck> Checks = new Dictionary<string, FormatCheck>(StringComparer.Ordinal)
    {
        ["date"] = DateFormats.IsDate,
        ["time"] = DateFormats.IsTime,
        ["date-time"] = DateFormats.IsDateTime,
        ["duration"] = DateFormats.IsDuration,
        ["email"] = static text => EmailFormat.IsEmail(text, international: false),
        ["idn-email"] = static text => EmailFormat.IsEmail(text, international: true),
        ["hostname"] = static text => HostnameFormat.IsHostname(text, international: false),
        ["idn-hostname"] = static text => HostnameFormat.IsHostname(text, international: true),
        ["ipv4"] = IpFormats.IsIpv4,
        ["ipv6"] = IpFormats.IsIpv6,
        ["uri"] = static text => UriFormat.IsValid(text, international: false, absolute: true),
        ["uri-reference"] = static text => UriFormat.IsValid(text, international: false, absolute: false),
        ["iri"] = static text => UriFormat.IsValid(text, international: true, absolute: true),
        ["iri-reference"] = static text => UriFormat.IsValid(text, international: true, absolute: false),
        ["uri-template"] = UriTemplateFormat.IsValid,
        ["uuid"] = PlainFormats.IsUuid,
        ["json-pointer"] = PlainFormats.IsJsonPointer,
        ["relative-json-pointer"] = PlainFormats.IsRelativeJsonPointer,
        ["regex"] = static text => EcmaRegex.IsValid(text.ToString()),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    internal static FormatCheck? Find(string format) => Checks.GetValueOrDefault(format);
}
