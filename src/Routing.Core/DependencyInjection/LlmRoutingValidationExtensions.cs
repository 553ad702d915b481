using LlmRouting;
using LlmRouting.DependencyInjection;
using LlmRouting.JsonSchema;
using LlmRouting.Validation;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the validators that come with the library.</summary>
/// <remarks>Validators are asked in the order in which they are added: cheap ones first, a judge last. Those without a name of their own are
/// added once: the first call counts.</remarks>
public static class LlmRoutingValidationExtensions
{
    /// <summary>Holds answers to the JSON Schema that each request asks for.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="settings">The settings; null means the defaults.</param>
    /// <param name="compiler">What compiles the schemas; null means one with default options.</param>
    /// <returns>The builder.</returns>
    public static LlmRoutingBuilder AddJsonSchemaValidation(
        this LlmRoutingBuilder builder, JsonSchemaValidationSettings? settings = null, SchemaCompiler? compiler = null) =>
        AddOnce(builder, services => new JsonSchemaValidator(settings, compiler, services.GetService<ILogger<JsonSchemaValidator>>()));

    /// <summary>Checks that tool calls can be carried out.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="settings">The settings; null means the defaults.</param>
    /// <param name="compiler">What compiles the tools' schemas; null means one with default options.</param>
    /// <returns>The builder.</returns>
    public static LlmRoutingBuilder AddToolCallValidation(
        this LlmRoutingBuilder builder, ToolCallValidationSettings? settings = null, SchemaCompiler? compiler = null) =>
        AddOnce(builder, services => new ToolCallValidator(settings, compiler, services.GetService<ILogger<ToolCallValidator>>()));

    /// <summary>Rejects answers that were cut off.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="settings">The settings; null means the defaults.</param>
    /// <returns>The builder.</returns>
    public static LlmRoutingBuilder AddFinishReasonValidation(this LlmRoutingBuilder builder, FinishReasonValidationSettings? settings = null) =>
        AddOnce(builder, _ => new FinishReasonValidator(settings));

    /// <summary>Rejects answers that refuse.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="settings">The settings; null means the defaults.</param>
    /// <returns>The builder.</returns>
    public static LlmRoutingBuilder AddRefusalValidation(this LlmRoutingBuilder builder, RefusalValidationSettings? settings = null) =>
        AddOnce(builder, _ => new RefusalValidator(settings));

    /// <summary>Holds answers to a length.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="settings">The bounds.</param>
    /// <returns>The builder.</returns>
    public static LlmRoutingBuilder AddLengthValidation(this LlmRoutingBuilder builder, LengthValidationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return AddOnce(builder, _ => new LengthValidator(settings));
    }

    /// <summary>Sends back answers in another writing system.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="settings">The settings; null means the defaults.</param>
    /// <returns>The builder.</returns>
    public static LlmRoutingBuilder AddLanguageValidation(this LlmRoutingBuilder builder, LanguageValidationSettings? settings = null) =>
        AddOnce(builder, _ => new LanguageValidator(settings));

    /// <summary>Rejects answers whose model was not sure of its words, where it says how sure it was.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="settings">The thresholds; null means the defaults.</param>
    /// <returns>The builder.</returns>
    public static LlmRoutingBuilder AddLogprobValidation(this LlmRoutingBuilder builder, LogprobValidationSettings? settings = null) =>
        AddOnce(builder, _ => new LogprobValidator(settings));

    /// <summary>Holds answers to patterns; may be added several times.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="settings">The patterns.</param>
    /// <param name="name">The name that records use.</param>
    /// <returns>The builder.</returns>
    public static LlmRoutingBuilder AddRegexValidation(this LlmRoutingBuilder builder, RegexValidationSettings settings, string name = "regex") =>
        Checked(builder).AddValidator(new RegexValidator(settings, name));

    /// <summary>Holds answers to words; may be added several times.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="settings">The words.</param>
    /// <param name="name">The name that records use.</param>
    /// <returns>The builder.</returns>
    public static LlmRoutingBuilder AddContentValidation(this LlmRoutingBuilder builder, ContentValidationSettings settings, string name = "content") =>
        Checked(builder).AddValidator(new ContentValidator(settings, name));

    /// <summary>Adds a validator made of a function; may be added several times.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name that records use.</param>
    /// <param name="validate">Judges an answer, which it must not change; must be thread-safe.</param>
    /// <returns>The builder.</returns>
    public static LlmRoutingBuilder AddValidator(
        this LlmRoutingBuilder builder, string name, Func<RoutingRequest, ChatResponse, CancellationToken, ValueTask<ValidationVerdict>> validate) =>
        Checked(builder).AddValidator(new DelegateValidator(name, validate));

    /// <summary>Has a model judge the answers.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="client">Gets the judge's client, once; it is never disposed. Must not resolve the unkeyed <see cref="IChatClient"/>: that is
    /// the router.</param>
    /// <param name="settings">The settings; null means the defaults.</param>
    /// <returns>The builder.</returns>
    public static LlmRoutingBuilder AddJudge(this LlmRoutingBuilder builder, Func<IServiceProvider, IChatClient> client, JudgeSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        return AddOnce(builder, services => new JudgeValidator(
            client(services), settings, services.GetService<TimeProvider>(), chance: null, services.GetService<ILogger<JudgeValidator>>()));
    }

    private static LlmRoutingBuilder AddOnce<T>(LlmRoutingBuilder builder, Func<IServiceProvider, T> create)
        where T : class, IResponseValidator
    {
        Checked(builder).Services.TryAddEnumerable(ServiceDescriptor.Singleton<IResponseValidator, T>(create));
        return builder;
    }

    private static LlmRoutingBuilder Checked(LlmRoutingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder;
    }
}
