using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

// The state of one validation: its bounds, the members evaluated so far, the dynamic scope, and in a tracing run the paths and errors.
// Not thread-safe; a compiled schema keeps one for the next caller.
internal sealed class Evaluation(SchemaSettings options, bool usesDynamicScope)
{
    internal const int Untracked = -1;

    // Nesting of subschemas in place of each other, on top of the instance's depth. A loop of references meets it; no sane schema does.
    private const int MaxInPlaceNesting = 1024;
    private const int StackCheckInterval = 8;

    private readonly StringBuilder _instancePath = new();
    private readonly StringBuilder _keywordPath = new();
    private readonly List<SchemaError> _errors = [];
    private readonly List<SchemaAnnotation> _annotations = [];
    private ulong[] _bits = [];
    private int _bitsTop;
    private DynamicScope[] _scopes = [];
    private int _scopeCount;
    private int _nesting;
    private long _budget;
    private bool _truncated;

    // Whether paths are kept and errors gathered; otherwise the first failure ends the run.
    internal bool Tracing { get; private set; }

    internal int AnnotationCount => _annotations.Count;

    internal int MaxDepth => options.MaxDepth;

    internal void Begin(bool tracing)
    {
        Tracing = tracing;
        _budget = options.MaxEvaluations;
        _bitsTop = 0;
        _nesting = 0;
        _scopeCount = 0;
        if (tracing)
        {
            _truncated = false;
            _errors.Clear();
            _annotations.Clear();
            _instancePath.Clear();
            _keywordPath.Clear();
        }
    }

    internal Evaluation Started()
    {
        Begin(tracing: false);
        return this;
    }

    internal void End()
    {
        // A huge instance must not keep its memory through an idle schema.
        if (_bits.Length > 4096)
        {
            ArrayPool<ulong>.Shared.Return(_bits);
            _bits = [];
        }

        if (Tracing)
        {
            _errors.Clear();
            _annotations.Clear();
        }
    }

    internal SchemaResult ToResult(bool valid) => new()
    {
        IsValid = valid,
        IsTruncated = _truncated,
        Errors = valid ? [] : [.. _errors],
        Annotations = valid && options.CollectAnnotations ? [.. _annotations] : [],
    };

    internal void Enter(SchemaNode node)
    {
        if (--_budget < 0)
        {
            ThrowBudget();
        }

        if (++_nesting % StackCheckInterval == 0 && (_nesting > MaxInPlaceNesting + options.MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack()))
        {
            throw new EvaluationLimitException(
                $"Subschemas nest too deep at '{node.AbsoluteLocation}': the instance nests deeper than the stack allows, or the schema refers to itself without moving on in the instance.");
        }

        if (usesDynamicScope)
        {
            PushScope(node.Scope);
        }
    }

    internal void Leave(SchemaNode node)
    {
        _nesting--;
        if (usesDynamicScope)
        {
            _scopeCount--;
        }
    }

    internal void Charge(long work)
    {
        if ((_budget -= work) < 0)
        {
            ThrowBudget();
        }
    }

    // For what reads a whole text, apart from its length.
    internal void ChargeText(ReadOnlySpan<byte> text)
    {
        if (text.Length > options.MaxPatternInputBytes)
        {
            throw new EvaluationLimitException(
                $"A text of {text.Length} bytes is too long for a pattern or format (SchemaSettings.MaxPatternInputBytes is {options.MaxPatternInputBytes}).");
        }

        Charge(text.Length >> 6);
    }

    // The outermost resource entered so far that has the dynamic anchor.
    internal SchemaNode? FindDynamic(string anchor)
    {
        for (int i = 0; i < _scopeCount; i++)
        {
            if (_scopes[i].Anchors.TryGetValue(anchor, out SchemaNode? node))
            {
                return node;
            }
        }

        return null;
    }

    internal bool InPlace(SchemaNode node, in JsonElement instance, int track, string path)
    {
        if (track == Untracked)
        {
            return Traced(node, instance, Untracked, path);
        }

        // The subschema notes what it evaluates apart, and only its success makes that count here.
        int words = (int)_bits[track - 1];
        int own = PushTrack(words);
        bool valid = Traced(node, instance, own, path);
        if (valid)
        {
            for (int i = 0; i < words; i++)
            {
                _bits[track + i] |= _bits[own + i];
            }
        }

        PopTrack(own);
        return valid;
    }

    internal bool Item(SchemaNode node, in JsonElement item, string path, int index)
    {
        if (!Tracing)
        {
            return node.IsTypeOnly ? node.MatchesType(item.ValueKind, item) : node.Evaluate(item, this, Untracked);
        }

        int mark = _instancePath.Length;
        _instancePath.Append(CultureInfo.InvariantCulture, $"/{index}");
        bool valid = Traced(node, item, Untracked, path);
        _instancePath.Length = mark;
        return valid;
    }

    // Only for tracing runs; the name is the property's own, unescaped.
    internal bool Property(SchemaNode node, in JsonElement value, string path, ReadOnlySpan<byte> name)
    {
        int mark = _instancePath.Length;
        _instancePath.Append('/').Append(JsonPointer.Escape(Encoding.UTF8.GetString(name)));
        bool valid = Traced(node, value, Untracked, path);
        _instancePath.Length = mark;
        return valid;
    }

    internal (int Errors, int Annotations, bool Truncated) Mark() => (_errors.Count, _annotations.Count, _truncated);

    internal void RewindErrors((int Errors, int Annotations, bool Truncated) mark)
    {
        _errors.RemoveRange(mark.Errors, _errors.Count - mark.Errors);
        _truncated = mark.Truncated;
    }

    internal void Rewind((int Errors, int Annotations, bool Truncated) mark)
    {
        RewindErrors(mark);
        _annotations.RemoveRange(mark.Annotations, _annotations.Count - mark.Annotations);
    }

    internal void Report(SchemaNode node, string keyword, string message)
    {
        if (_errors.Count >= options.MaxErrors)
        {
            _truncated = true;
            return;
        }

        string suffix = keyword.Length == 0 ? "" : "/" + JsonPointer.Escape(keyword);
        _errors.Add(new SchemaError(_instancePath.ToString(), _keywordPath + suffix, node.AbsoluteLocation + suffix, message));
    }

    internal void Annotate(SchemaNode node, bool valid, int mark)
    {
        if (!valid)
        {
            _annotations.RemoveRange(mark, _annotations.Count - mark);
            return;
        }

        foreach ((string keyword, JsonElement value) in options.CollectAnnotations ? node.Annotations : [])
        {
            _annotations.Add(new SchemaAnnotation(
                _instancePath.ToString(), $"{_keywordPath}/{keyword}", $"{node.AbsoluteLocation}/{keyword}", keyword, value));
        }
    }

    internal int PushTrack(in JsonElement instance, JsonValueKind kind) =>
        PushTrack(((kind == JsonValueKind.Object ? instance.GetPropertyCount() : instance.GetArrayLength()) + 63) / 64);

    // Takes `words` cleared words and notes their number in the word before them.
    internal int PushTrack(int words)
    {
        int start = _bitsTop + 1;
        int end = start + words;
        if (end > _bits.Length)
        {
            ulong[] larger = ArrayPool<ulong>.Shared.Rent(Math.Max(end, _bits.Length * 2));
            _bits.AsSpan(0, _bitsTop).CopyTo(larger);
            if (_bits.Length > 0)
            {
                ArrayPool<ulong>.Shared.Return(_bits);
            }

            _bits = larger;
        }

        _bits[_bitsTop] = (ulong)words;
        _bits.AsSpan(start, words).Clear();
        _bitsTop = end;
        return start;
    }

    internal void PopTrack(int track) => _bitsTop = track - 1;

    internal void SetBit(int track, int index) => _bits[track + (index >> 6)] |= 1UL << index;

    internal bool HasBit(int track, int index) => (_bits[track + (index >> 6)] & (1UL << index)) != 0;

    internal void SetAllBits(int track) => _bits.AsSpan(track, (int)_bits[track - 1]).Fill(ulong.MaxValue);

    internal bool HasAllBits(int track, ulong[] mask)
    {
        for (int i = 0; i < mask.Length; i++)
        {
            if (BitOperations.PopCount(mask[i] & ~_bits[track + i]) > 0)
            {
                return false;
            }
        }

        return true;
    }

    private bool Traced(SchemaNode node, in JsonElement instance, int track, string path)
    {
        if (!Tracing)
        {
            return node.Evaluate(instance, this, track);
        }

        int mark = _keywordPath.Length;
        _keywordPath.Append(path);
        bool valid = node.Evaluate(instance, this, track);
        _keywordPath.Length = mark;
        return valid;
    }

    private void PushScope(DynamicScope scope)
    {
        if (_scopeCount == _scopes.Length)
        {
            Array.Resize(ref _scopes, Math.Max(16, _scopes.Length * 2));
        }

        _scopes[_scopeCount++] = scope;
    }

    private void ThrowBudget() => throw new EvaluationLimitException(
        $"The validation would take more than {options.MaxEvaluations} steps (SchemaSettings.MaxEvaluations); simplify the schema or raise the bound.");
}
