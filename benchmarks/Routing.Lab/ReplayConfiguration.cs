using System.Globalization;
using System.Text.Json;
using LlmRouting.DependencyInjection;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace LlmRouting.Lab;

/// <summary>Is a configuration to decide with: its models and strategies, and no client that could call anybody.</summary>
internal sealed record ReplayConfiguration(RoutingPipeline Pipeline, bool InsertsUnlisted)
{
    private static readonly string[] BuiltInStrategies = ["affinity", "rules", "cascade", "tiers", "cost-latency"];

    /// <summary>Reads files, later ones over earlier ones, as hosts do.</summary>
    /// <param name="paths">JSON files, separated by commas; the section LlmRouting, or that section alone.</param>
    /// <exception cref="FormatException">The configuration is wrong; the message says where.</exception>
    public static ReplayConfiguration Read(string paths)
    {
        Dictionary<string, string?> values = new(StringComparer.OrdinalIgnoreCase);
        foreach (string path in paths.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            Flatten(document.RootElement.TryGetProperty("LlmRouting", out JsonElement section) ? section : document.RootElement, "", values);
        }

        LlmRoutingOptions options = new();
        new ConfigurationBuilder().AddInMemoryCollection(values).Build().Bind(options);

        // What a classifier made of a text is in the record; what it compared it with matters no more.
        options.Semantic.Routes.Clear();
        SilentClient silent = new();
        TranslatedOptions translated = OptionsTranslator.Translate(options, new RoutingParts(
            models: options.Models.Where(static model => model.Value.Provider is null && model.Value.Endpoints.Count == 0).Select(model => new ModelRegistration(model.Key, null, _ => silent)),
            providers: options.Providers.Select(static provider => provider.Value.Kind ?? provider.Key).Distinct(StringComparer.OrdinalIgnoreCase).Select(kind => new SilentProvider(kind, silent)),
            strategies: (options.Strategies ?? []).Except(BuiltInStrategies, StringComparer.OrdinalIgnoreCase).Select(static name => new DelegateStrategy(name, static (_, _) => default)),
            classifiers: (options.Classifiers ?? []).Where(static name => !name.Equals("heuristic", StringComparison.OrdinalIgnoreCase)).Select(static name => new AbsentClassifier(name)),
            constraints: [],
            validators: [],
            observers: [],
            failureClassifiers: [],
            catalogs: [],
            semantic: [],
            sections: []));
        if (!translated.Errors.IsEmpty)
        {
            throw new FormatException(string.Join(Environment.NewLine, translated.Errors));
        }

        RoutingPipeline pipeline = translated.Pipeline;
        pipeline.Models = [.. translated.Models.Select(model => new RoutableModel(model.Profile, new ModelEndpoint(silent)))];
        if (translated.Admission is { } admission)
        {
            pipeline.Admission = new Admission.AdmissionLimiter(admission, TimeProvider.System);
        }

        return new(pipeline, InsertsUnlisted: options.Strategies is null);
    }

    private static void Flatten(JsonElement element, string path, Dictionary<string, string?> values)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    Flatten(property.Value, path.Length == 0 ? property.Name : $"{path}:{property.Name}", values);
                }

                break;
            case JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Flatten(item, $"{path}:{(index++).ToString(CultureInfo.InvariantCulture)}", values);
                }

                break;
            default:
                values[path] = element.ValueKind == JsonValueKind.Null ? null : element.ToString();
                break;
        }
    }

    private sealed class SilentProvider(string kind, IChatClient client) : IModelProvider
    {
        public string Kind => kind;

        public IChatClient CreateClient(ModelEndpointSettings endpoint) => client;
    }

    private sealed class AbsentClassifier(string name) : IRequestClassifier
    {
        public string Name => name;

        public ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken) => new(Classification.Unknown);
    }

    private sealed class SilentClient : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("A replay calls no model.");

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("A replay calls no model.");

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
