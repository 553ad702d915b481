using System.Text;
using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Watches a streamed answer for JSON that is broken, or breaks its schema, before it has come to its end.</summary>
/// <remarks>Watches from where it is certain where the JSON starts; an answer whose start stays doubtful is left to the whole validation.</remarks>
internal sealed class JsonStreamInspection(StreamRule? rule, bool mayRepair) : IStreamInspection
{
    // Long enough for a sentence or two before the fence. The head is searched anew with each update, so it must stay short.
    private const int MaxHead = 2048;

    private readonly StringBuilder _head = new();
    private readonly JsonStreamReader _reader = new(rule, mayRepair);
    private string? _messageId;
    private ChatRole? _role;
    private string? _author;
    private bool _hasStarted;
    private bool _isOver;

    /// <inheritdoc/>
    public string? Add(ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        if (_isOver || !IsSameMessage(update))
        {
            // How the texts of several messages are joined is not known here.
            _isOver = true;
            return null;
        }

        IList<AIContent> contents = update.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is TextContent { Text: { Length: > 0 } text } && Add(text) is { } reason)
            {
                _isOver = true;
                return reason;
            }
        }

        return null;
    }

    private string? Add(string text)
    {
        if (_hasStarted)
        {
            return Read(text);
        }

        _head.Append(text.AsSpan(0, Math.Min(text.Length, MaxHead)));
        string head = _head.ToString();
        int start = JsonLocator.Find(head);
        if (start < 0)
        {
            _isOver = head.Length >= MaxHead;
            return null;
        }

        _hasStarted = true;
        _head.Clear();
        return Read(head.AsSpan(start)) ?? Read(text.AsSpan(Math.Min(text.Length, MaxHead)));
    }

    private string? Read(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (_reader.Add(c) is { } reason)
            {
                return reason;
            }

            if (_reader.IsDone)
            {
                _isOver = true;
                return null;
            }
        }

        return null;
    }

    private bool IsSameMessage(ChatResponseUpdate update)
    {
        bool isSame = Fits(_messageId, update.MessageId)
            && Fits(_author, update.AuthorName)
            && (update.Role is not { } role || _role is null || role == _role);
        _messageId ??= update.MessageId;
        _author ??= update.AuthorName;
        _role ??= update.Role;
        return isSame;
    }

    private static bool Fits(string? known, string? next) =>
        string.IsNullOrEmpty(known) || string.IsNullOrEmpty(next) || string.Equals(known, next, StringComparison.Ordinal);
}
