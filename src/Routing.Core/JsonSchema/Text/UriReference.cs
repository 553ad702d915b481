namespace LlmRouting.JsonSchema;

// RFC 3986, section 5.2, over plain strings: System.Uri rewrites what it parses (case, escapes, dots), and schema ids are compared as written.
internal static class UriReference
{
    internal static string WithoutEmptyFragment(string uri) => uri.EndsWith('#') ? uri[..^1] : uri;

    internal static (string Uri, string Fragment) SplitFragment(string reference)
    {
        int hash = reference.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? (reference, "") : (reference[..hash], reference[(hash + 1)..]);
    }

    // Resolves a reference without a fragment against a base without a fragment.
    internal static string Resolve(string baseUri, string reference)
    {
        if (reference.Length == 0)
        {
            return baseUri;
        }

        if (baseUri.Length == 0)
        {
            return reference;
        }

        if (SchemeLength(reference) > 0)
        {
            return reference;
        }

        int scheme = SchemeLength(baseUri);
        if (reference.StartsWith("//", StringComparison.Ordinal))
        {
            return string.Concat(baseUri.AsSpan(0, scheme), reference);
        }

        int pathStart = scheme;
        if (baseUri.AsSpan(scheme).StartsWith("//"))
        {
            int slash = baseUri.AsSpan(scheme + 2).IndexOfAny('/', '?');
            pathStart = slash < 0 ? baseUri.Length : scheme + 2 + slash;
        }

        int query = baseUri.IndexOf('?', pathStart);
        int pathEnd = query < 0 ? baseUri.Length : query;
        string prefix = baseUri[..pathStart];
        if (reference[0] == '?')
        {
            return string.Concat(baseUri.AsSpan(0, pathEnd), reference);
        }

        (string path, string rest) = SplitQuery(reference);
        if (path[0] == '/')
        {
            return prefix + RemoveDots(path) + rest;
        }

        int lastSlash = baseUri.LastIndexOf('/', Math.Max(pathEnd - 1, 0));
        string folder = lastSlash < pathStart ? (pathStart > scheme ? "/" : "") : baseUri[pathStart..(lastSlash + 1)];
        return prefix + RemoveDots(folder + path) + rest;
    }

    // The length of "scheme:", or 0 when there is none.
    private static int SchemeLength(string uri)
    {
        for (int i = 0; i < uri.Length; i++)
        {
            char c = uri[i];
            if (c == ':')
            {
                return i == 0 ? 0 : i + 1;
            }

            if (!char.IsAsciiLetter(c) && (i == 0 || !(char.IsAsciiDigit(c) || c is '+' or '-' or '.')))
            {
                return 0;
            }
        }

        return 0;
    }

    private static (string Path, string Query) SplitQuery(string reference)
    {
        int query = reference.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? (reference, "") : (reference[..query], reference[query..]);
    }

    private static string RemoveDots(string path)
    {
        if (!path.Contains("./", StringComparison.Ordinal) && !path.EndsWith('.'))
        {
            return path;
        }

        List<string> kept = [];
        string[] segments = path.Split('/');
        for (int i = 0; i < segments.Length; i++)
        {
            bool last = i == segments.Length - 1;
            if (segments[i] == "..")
            {
                if (kept.Count > 1 || (kept.Count == 1 && kept[0].Length > 0))
                {
                    kept.RemoveAt(kept.Count - 1);
                }
            }
            else if (segments[i] != ".")
            {
                kept.Add(segments[i]);
                continue;
            }

            if (last)
            {
                kept.Add("");
            }
        }

        return string.Join('/', kept);
    }
}
