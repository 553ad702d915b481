using System.Text;
using LlmRouting.JsonSchema;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmRouting.Validation;

/// <summary>Checks that tool calls can be carried out: a tool that was offered, arguments that fit its schema, a call where one was required.</summary>
/// <remarks>
/// <para>Does nothing for requests that offer no functions and answers that call none. Calls that the provider carried out itself
/// (<see cref="FunctionCallContent.InformationalOnly"/>) pass. A tool whose schema cannot be compiled is logged once, and its arguments
/// pass.</para>
/// <para>Thread-safe; each tool's schema is compiled once.</para>
/// </remarks>
public sealed class ToolCallValidator : IResponseValidator
{
    /// <summary>The name that records use.</summary>
    public const string ValidatorName = "tool-calls";

    private const string UnknownTool = "calls a tool that was not offered";
    private const string Unparsable = "calls a tool with arguments that cannot be read";
    private const string BadArguments = "calls a tool with arguments that break its schema";
    private const string Leaked = "a tool call leaked out as text";
    private const string NoCall = "calls no tool though one is required";
    private const string OtherCall = "does not call the required tool";
    private const string Uncalled = "calls a tool though none may be";

    private readonly ToolCallValidationSettings _settings;
    private readonly SchemaCache _cache;

    /// <summary>Creates a validator.</summary>
    /// <param name="settings">The settings; null means the defaults.</param>
    /// <param name="compiler">What compiles the tools' schemas; null means one with default options.</param>
    /// <param name="logger">Where schemas that cannot be compiled are reported; null means nowhere.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public ToolCallValidator(ToolCallValidationSettings? settings = null, SchemaCompiler? compiler = null, ILogger<ToolCallValidator>? logger = null)
    {
        _settings = settings ?? ToolCallValidationSettings.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(_settings.MaxErrorsInInstruction, 1, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_settings.MaxErrorsInInstruction, 100, nameof(settings));
        _cache = new SchemaCache(compiler ?? new SchemaCompiler(), ValidatorName, logger ?? NullLogger<ToolCallValidator>.Instance);
    }

    /// <inheritdoc/>
    public string Name => ValidatorName;

    /// <inheritdoc/>
    public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(response);
        return new(Validate(request.Options, response));
    }

    private ValidationVerdict Validate(ChatOptions? options, ChatResponse response)
    {
        IList<AITool>? tools = options?.Tools;
        bool hasCall = false;
        bool hasRequired = false;
        string? required = (options?.ToolMode as RequiredChatToolMode)?.RequiredFunctionName;
        foreach (ChatMessage message in response.Messages)
        {
            foreach (AIContent content in message.Contents)
            {
                if (content is not FunctionCallContent call || call.InformationalOnly)
                {
                    continue;
                }

                hasCall = true;
                hasRequired |= call.Name == required;
                if (Check(call, tools) is { } fault)
                {
                    return fault;
                }
            }
        }

        if (hasCall && options?.ToolMode is NoneChatToolMode)
        {
            return ValidationVerdict.Repair(Uncalled, "Do not call any tool; answer in text.");
        }

        if (tools is not { Count: > 0 })
        {
            return ValidationVerdict.Accept;
        }

        if (_settings.RejectLeakedCalls && !hasCall && LeakedToolCall.IsIn(response.Text, tools))
        {
            return ValidationVerdict.Repair(Leaked, "You wrote a tool call as text, where nobody carries it out. Call the tool properly, or answer without it.");
        }

        return options?.ToolMode is not RequiredChatToolMode ? ValidationVerdict.Accept
            : required is null ? hasCall ? ValidationVerdict.Accept : ValidationVerdict.Repair(NoCall, "You must call one of the tools.")
            : hasRequired ? ValidationVerdict.Accept
            : ValidationVerdict.Repair(OtherCall, $"You must call the tool '{required}'.");
    }

    private ValidationVerdict? Check(FunctionCallContent call, IList<AITool>? tools)
    {
        if (Find(call.Name, tools) is not { } tool)
        {
            // A hosted tool may bring functions that are known to the provider alone.
            return HasHostedTool(tools) ? null : ValidationVerdict.Repair(UnknownTool, $"There is no tool of that name. The tools are: {List(tools)}.");
        }

        if (call.Exception is not null)
        {
            return ValidationVerdict.Repair(Unparsable, $"The arguments of your call of '{tool.Name}' are not a JSON object. Call it again with valid JSON.");
        }

        if (!_settings.CheckArguments || _cache.Get(tool).Compiled is not { } schema)
        {
            return null;
        }

        if (ArgumentsWriter.TryWrite(call.Arguments) is not { } arguments)
        {
            return null; // values of the host's own types, which no model sent
        }

        SchemaResult result = schema.Validate(arguments);
        return result.IsValid ? null : ValidationVerdict.Repair(BadArguments, Instruction(tool.Name, result));
    }

    private string Instruction(string tool, SchemaResult result)
    {
        StringBuilder text = new($"The arguments of your call of '{tool}' break its schema. What is wrong, by JSON pointer:\n");
        for (int i = 0; i < Math.Min(result.Errors.Length, _settings.MaxErrorsInInstruction); i++)
        {
            text.Append("- ").Append(result.Errors[i]).Append('\n');
        }

        return text.Append("Call the tool again with arguments that fit.").ToString();
    }

    private static AIFunctionDeclaration? Find(string name, IList<AITool>? tools)
    {
        for (int i = 0; i < tools?.Count; i++)
        {
            if (tools[i] is AIFunctionDeclaration tool && tool.Name == name)
            {
                return tool;
            }
        }

        return null;
    }

    private static bool HasHostedTool(IList<AITool>? tools) => tools?.Any(static tool => tool is not AIFunctionDeclaration) == true;

    private static string List(IList<AITool>? tools) =>
        tools is { Count: > 0 } ? string.Join(", ", tools.Select(static tool => $"'{tool.Name}'")) : "none";
}
