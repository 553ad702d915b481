using System.Text;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Puts together tool calls that arrive in fragments, interleaved by index. Belongs to one stream.</summary>
internal sealed class ToolCallAccumulator
{
    private readonly List<Call> _calls = [];

    public void Add(int index, string? id, string? name, string? argumentsPart)
    {
        Call call = CallFor(index, id);
        if (call.Name.Length == 0 && name is not null)
        {
            call.Name = name;
        }

        call.Arguments.Append(argumentsPart);
    }

    /// <summary>Appends the calls so far, in the order in which they began, and forgets them.</summary>
    public void MoveTo(List<AIContent> contents, string? responseId, string provider)
    {
        foreach (Call call in _calls)
        {
            contents.Add(ToolCallReader.Create(call.Id, call.Index, call.Name, call.Arguments.ToString(), responseId, provider));
        }

        _calls.Clear();
    }

    private Call CallFor(int index, string? id)
    {
        // The last one wins: some servers give every call the index 0, and tell them apart by id alone.
        Call? call = _calls.FindLast(candidate => candidate.Index == index);
        if (call is null || (!string.IsNullOrEmpty(id) && call.Id is not null && call.Id != id))
        {
            call = new Call(index);
            _calls.Add(call);
        }

        if (!string.IsNullOrEmpty(id))
        {
            call.Id = id;
        }

        return call;
    }

    private sealed class Call(int index)
    {
        public int Index { get; } = index;

        public string? Id { get; set; }

        public string Name { get; set; } = "";

        public StringBuilder Arguments { get; } = new();
    }
}
