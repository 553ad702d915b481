using System.Text;
using System.Text.Json;

namespace LlmRouting.Validation;

/// <summary>Reads a JSON value as it comes in, character by character, and stops at the first fault that nothing later can mend.</summary>
/// <remarks>
/// Takes exactly what <see cref="JsonExtractor"/> takes, with <paramref name="mayRepair"/> also what <see cref="JsonMender"/> mends. Belongs
/// to one stream; not thread-safe. One state machine, and therefore one file.
/// </remarks>
internal sealed class JsonStreamReader(StreamRule? root, bool mayRepair)
{
    public const string NotJson = "the text cannot become JSON any more";
    public const string WrongContainer = "breaks the schema: an object or array where none may be";
    public const string WrongValue = "breaks the schema: a value that may not be";
    public const string UnknownName = "breaks the schema: a property that may not be";
    public const string MissingName = "breaks the schema: a required property is missing";
    public const string TooManyItems = "breaks the schema: too many items";
    public const string TooLong = "breaks the schema: a text that is too long";

    // One code point takes at most this many characters: an escaped pair of surrogates.
    private const int MaxCharactersPerCodePoint = 12;

    private readonly StringBuilder _token = new();
    private readonly List<JsonStreamFrame> _frames = [];
    private State _state = State.Value;
    private State _afterComment;
    private StreamRule? _rule = root;
    private bool _isName;
    private bool _isKept;
    private int _hexLeft;
    private int _textLength;
    private string _literal = "";

    private enum State
    {
        Value, FirstItem, Item, FirstName, Name, Colon, Comma, Text, Escape, Hex, Number, Literal,
        CommentStart, LineComment, BlockComment, BlockCommentStar, Done,
    }

    /// <summary>Gets whether the value is complete.</summary>
    public bool IsDone => _state == State.Done;

    /// <summary>Takes the next character.</summary>
    /// <returns>null while the value can still become good; else a constant text that says why it cannot.</returns>
    public string? Add(char c)
    {
        switch (_state)
        {
            case State.Done:
                return null;
            case State.Text:
                return AddToText(c);
            case State.Escape:
                return AddToEscape(c);
            case State.Hex:
                Keep(c);
                _state = --_hexLeft == 0 ? State.Text : State.Hex;
                return char.IsAsciiHexDigit(c) ? null : NotJson;
            case State.Literal:
                return AddToLiteral(c);
            case State.Number when char.IsAsciiDigit(c) || c is '.' or 'e' or 'E' or '+' or '-':
                Keep(c);
                return null;
            case State.Number:
                return FinishNumber() ?? Add(c);
            case State.CommentStart or State.LineComment or State.BlockComment or State.BlockCommentStar:
                return AddToComment(c);
        }

        if (c is ' ' or '\t' or '\r' or '\n')
        {
            return null;
        }

        if (c == '/' && mayRepair)
        {
            (_afterComment, _state) = (_state, State.CommentStart);
            return null;
        }

        return _state switch
        {
            State.FirstItem when c == ']' => EndContainer(),
            State.Item when c == ']' && mayRepair => EndContainer(),
            State.FirstName when c == '}' => EndContainer(),
            State.Name when c == '}' && mayRepair => EndContainer(),
            State.Value or State.FirstItem or State.Item => StartValue(c),
            State.FirstName or State.Name when c == '"' => StartText(isName: true),
            State.Colon when c == ':' => Go(State.Value),
            State.Comma when c == ',' => Go(_frames[^1].IsObject ? State.Name : State.Item),
            State.Comma when c == (_frames[^1].IsObject ? '}' : ']') => EndContainer(),
            _ => NotJson,
        };
    }

    private string? Go(State state)
    {
        _state = state;
        return null;
    }

    private string? StartValue(char c)
    {
        if (_state is State.FirstItem or State.Item)
        {
            JsonStreamFrame frame = _frames[^1];
            _rule = frame.Rule?.ItemAt(frame.Items);
            if (++frame.Items > (frame.Rule?.MaxItems ?? int.MaxValue))
            {
                return TooManyItems;
            }
        }

        if (_rule is { ForbidsAll: true })
        {
            return WrongValue;
        }

        switch (c)
        {
            case '{' or '[':
                return StartContainer(isObject: c == '{');
            case '"':
                return StartText(isName: false);
            case '-' or (>= '0' and <= '9'):
                _token.Clear();
                _isKept = true;
                Keep(c);
                return Go(State.Number);
            case 't' or 'f' or 'n':
                _literal = c == 't' ? "true" : c == 'f' ? "false" : "null";
                _textLength = 1;
                return Go(State.Literal);
            default:
                return NotJson;
        }
    }

    private string? StartContainer(bool isObject)
    {
        if (_frames.Count == JsonExtractor.MaxDepth)
        {
            return NotJson;
        }

        if (_rule is not null && !(isObject ? _rule.AllowsObject : _rule.AllowsArray))
        {
            return WrongContainer;
        }

        _frames.Add(new JsonStreamFrame(isObject, _rule));
        return Go(isObject ? State.FirstName : State.FirstItem);
    }

    private string? EndContainer()
    {
        JsonStreamFrame frame = _frames[^1];
        _frames.RemoveAt(_frames.Count - 1);
        return frame.IsMissingNames ? MissingName : EndValue();
    }

    private string? EndValue()
    {
        _rule = null;
        return Go(_frames.Count == 0 ? State.Done : State.Comma);
    }

    private string? StartText(bool isName)
    {
        _isName = isName;
        _token.Clear();
        _textLength = 0;

        // A text that no rule looks at is not kept: it may be long.
        _isKept = isName ? _frames[^1].Rule is not null : _rule?.Scalar is not null;
        Keep('"');
        return Go(State.Text);
    }

    private string? AddToText(char c)
    {
        if (c < ' ')
        {
            if (!mayRepair)
            {
                return NotJson;
            }

            if (_isKept)
            {
                JsonMender.AppendEscaped(_token, c);
            }
        }
        else
        {
            Keep(c);
        }

        if (c == '"')
        {
            return _isName ? FinishName() : FinishScalar();
        }

        if (!_isName && _rule is not null && ++_textLength > (long)_rule.MaxLength * MaxCharactersPerCodePoint)
        {
            return TooLong;
        }

        _state = c == '\\' ? State.Escape : State.Text;
        return null;
    }

    private string? AddToEscape(char c)
    {
        Keep(c);
        _hexLeft = 4;
        _state = c == 'u' ? State.Hex : State.Text;
        return c is '"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't' or 'u' ? null : NotJson;
    }

    private string? AddToLiteral(char c)
    {
        if (c != _literal[_textLength])
        {
            return NotJson;
        }

        if (++_textLength < _literal.Length)
        {
            return null;
        }

        _token.Clear().Append(_literal);
        return FinishScalar();
    }

    private string? AddToComment(char c)
    {
        _state = _state switch
        {
            State.CommentStart when c == '/' => State.LineComment,
            State.CommentStart when c == '*' => State.BlockComment,
            State.LineComment when c is '\n' or '\r' => _afterComment,
            State.LineComment => State.LineComment,
            State.BlockCommentStar when c == '/' => _afterComment,
            State.BlockComment or State.BlockCommentStar => c == '*' ? State.BlockCommentStar : State.BlockComment,
            _ => State.CommentStart,
        };
        return _state == State.CommentStart ? NotJson : null;
    }

    private string? FinishName()
    {
        _state = State.Colon;
        JsonStreamFrame frame = _frames[^1];
        _rule = null;
        if (frame.Rule is { } rule && ReadName() is { } name)
        {
            if (rule.Properties.TryGetValue(name, out StreamRule? own))
            {
                _rule = own;
            }
            else if (rule.ForbidsOtherNames)
            {
                return UnknownName;
            }
            else
            {
                _rule = rule.OtherProperties;
            }

            frame.Note(name);
        }
        else if (frame.Rule is not null)
        {
            frame.NoteUnreadable();
        }

        return null;
    }

    private string? ReadName()
    {
        string raw = _token.ToString();
        if (!raw.Contains('\\', StringComparison.Ordinal))
        {
            // Through UTF-8 and back, as the whole validation does: half a surrogate pair does not survive that.
            return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(raw, 1, raw.Length - 2));
        }

        try
        {
            Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(raw));
            return reader.Read() ? reader.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private string? FinishNumber()
    {
        Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(_token.ToString()));
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.Number)
            {
                return NotJson;
            }
        }
        catch (JsonException)
        {
            return NotJson;
        }

        return FinishScalar();
    }

    private string? FinishScalar() =>
        _rule?.Scalar is { } schema && !schema.IsValid(Encoding.UTF8.GetBytes(_token.ToString()).AsMemory()) ? WrongValue : EndValue();

    private void Keep(char c)
    {
        if (_isKept)
        {
            _token.Append(c);
        }
    }
}
