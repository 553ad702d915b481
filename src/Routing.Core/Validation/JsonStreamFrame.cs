namespace LlmRouting.Validation;

/// <summary>Is an object or array of a stream that is still open.</summary>
internal sealed class JsonStreamFrame(bool isObject, StreamRule? rule)
{
    private HashSet<string>? _names;
    private bool _hasUnreadable;

    public bool IsObject => isObject;

    public StreamRule? Rule => rule;

    public int Items { get; set; }

    public bool IsMissingNames => isObject && rule is { Required.Length: > 0 } && !_hasUnreadable && (_names?.Count ?? 0) < rule.Required.Length;

    public void Note(string name)
    {
        if (rule!.Required.Contains(name)) // not null: asked only where there is a rule
        {
            (_names ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);
        }
    }

    // A name that cannot be read may be any of the required ones.
    public void NoteUnreadable() => _hasUnreadable = true;
}
