using LlmRouting.Providers.OpenAICompatible;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Tests.OpenAICompatible;

public sealed class OpenAICompatibleProviderTests
{
    private const string Variable = "LLM_ROUTING_PROVIDERS_TESTS_KEY";

    private static readonly string[] KindNames = [.. OpenAICompatibleKinds.All.Select(k => k.Name)];

    [Test]
    public void Kinds_AreAllThereOnce() => Assert.That(KindNames, Is.EquivalentTo(new[]
    {
        "openai", "azure-openai", "groq", "openrouter", "mistral", "deepseek", "together", "ollama", "vllm", "llama.cpp", "lmstudio", "openai-compatible",
    }));

    [TestCaseSource(nameof(KindNames))]
    public void Client_HasMetadataOfItsKind(string name)
    {
        OpenAICompatibleKind kind = OpenAICompatibleKinds.Find(name.ToUpperInvariant())!;
        ModelEndpointSettings settings = Wire.Settings(name) with
        {
            ApiKey = Wire.Key,
            Endpoint = kind.DefaultEndpoint is null ? new Uri("https://example.org/v1") : null,
        };

        using IChatClient client = new OpenAICompatibleProvider(kind).CreateClient(settings);

        ChatClientMetadata metadata = client.GetService<ChatClientMetadata>()!;
        Assert.That(metadata.ProviderName, Is.EqualTo(name));
        Assert.That(metadata.DefaultModelId, Is.EqualTo("asked"));
        Assert.That(metadata.ProviderUri, Is.EqualTo(kind.DefaultEndpoint ?? settings.Endpoint));
    }

    [Test]
    public void Key_ThatIsMissingIsNamed()
    {
        OpenAICompatibleKind kind = OpenAICompatibleKinds.OpenAI with { KeyEnvironmentVariable = Variable };

        ArgumentException? e = Assert.Throws<ArgumentException>(() => new OpenAICompatibleProvider(kind).CreateClient(Wire.Settings("openai")));

        Assert.That(e!.Message, Is.EqualTo(
            $"The endpoint of model 'asked' at provider 'somewhere' (openai) has no key; set ApiKey or the environment variable {Variable}."));
    }

    [Test]
    [NonParallelizable]
    public async Task Key_ComesFromTheEnvironmentThatTheSettingsName()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(LoopbackServer.Json(Wire.Answer));
        Environment.SetEnvironmentVariable(Variable, " from-environment\n");
        try
        {
            ModelEndpointSettings settings = Wire.Settings("openai", ("ApiKeyEnvironmentVariable", Variable)) with { Endpoint = server.Address };
            using IChatClient client = new OpenAICompatibleProvider(OpenAICompatibleKinds.OpenAI).CreateClient(settings);

            await client.AskAsync(streaming: false);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }

        Assert.That(server.Single.Headers["Authorization"], Is.EqualTo("Bearer from-environment"));
    }

    [TestCase("with blank inside")]
    [TestCase("line\nbreak")]
    [TestCase("schlüssel")]
    public void Key_ThatIsNoHeaderIsRefusedWithoutBeingShown_R9(string key)
    {
        ArgumentException? e = Assert.Throws<ArgumentException>(
            () => new OpenAICompatibleProvider(OpenAICompatibleKinds.OpenAI).CreateClient(Wire.Settings("openai") with { ApiKey = key }));

        Assert.That(e!.ToString(), Does.Not.Contain(key));
    }

    [TestCase("openai", "Authorization", "Bearer " + Wire.Key)]
    [TestCase("azure-openai", "api-key", Wire.Key)]
    public async Task Key_TravelsInTheHeaderOfItsKind(string kind, string header, string expected)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(LoopbackServer.Json(Wire.Answer));
        using IChatClient client = Wire.Client(server, kind);

        await client.AskAsync(streaming: false);

        Assert.That(server.Single.Headers[header], Is.EqualTo(expected));
        Assert.That(server.Single.Headers.Values.Count(v => v.Contains(Wire.Key, StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(server.Single.Path, Is.EqualTo("/v1/chat/completions"));
    }

    [Test]
    public async Task Key_IsNotInventedForALocalServer()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(LoopbackServer.Json(Wire.Answer));
        ModelEndpointSettings settings = Wire.Settings("ollama") with { Endpoint = server.Address };
        using IChatClient client = new OpenAICompatibleProvider(OpenAICompatibleKinds.Find("ollama")!).CreateClient(settings);

        await client.AskAsync(streaming: false);

        Assert.That(server.Single.Headers, Does.Not.ContainKey("Authorization"));
    }

    [Test]
    public async Task AzureEndpoint_WithoutAPathGetsTheOneOfV1()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(LoopbackServer.Json(Wire.Answer));
        using IChatClient client = Wire.Client(new Uri(server.Address, "/"), "azure-openai");

        await client.AskAsync(streaming: false);

        Assert.That(server.Single.Path, Is.EqualTo("/openai/v1/chat/completions"));
    }

    [Test]
    public async Task Headers_AreAdded([Values] bool streaming)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(Wire.Either(streaming));
        using IChatClient client = Wire.Client(server, properties: [("Header:X-Title", "My app"), ("header:HTTP-Referer", "https://example.org")]);

        await client.AskAsync(streaming);

        Assert.That(server.Single.Headers["X-Title"], Is.EqualTo("My app"));
        Assert.That(server.Single.Headers["HTTP-Referer"], Is.EqualTo("https://example.org"));
    }

    [TestCase("http://example.org/v1", "", "AllowInsecure")]
    [TestCase("http://10.0.0.1/v1", "", "AllowInsecure")]
    [TestCase("ftp://example.org/v1", "", "http or https")]
    [TestCase("", "", "set Endpoint")]
    [TestCase("https://example.org/v1", "MaxTokensField=tokens", "MaxTokensField")]
    [TestCase("https://example.org/v1", "MaxTokenField=max_tokens", "'MaxTokenField', which this kind does not know; it knows ApiKeyEnvironmentVariable, AllowInsecure, MaxTokensField, EchoReasoning and Header:{name}")]
    [TestCase("https://example.org/v1", "ThinkingMode=extended", "'ThinkingMode', which this kind does not know")]
    [TestCase("https://example.org/v1", "EchoReasoning=yes", "'yes' as the property EchoReasoning; it must be true or false")]
    [TestCase("http://example.org/v1", "AllowInsecure=1", "'1' as the property AllowInsecure; it must be true or false")]
    [TestCase("https://example.org/v1", "Header:=x", "Header:")]
    [TestCase("https://example.org/v1", "Header:a b=x", "Header:a b")]
    [TestCase("https://example.org/v1", "Header:X=va\nlue", "Header:X")]
    public void Settings_ThatAreWrongAreNamed(string endpoint, string property, string expected)
    {
        (string, string)[] properties = property.Length == 0 ? [] : [(property.Split('=')[0], property.Split('=')[1])];
        ModelEndpointSettings settings = Wire.Settings("openai-compatible", properties) with
        {
            Endpoint = endpoint.Length == 0 ? null : new Uri(endpoint),
            ApiKey = Wire.Key,
        };

        ArgumentException? e = Assert.Throws<ArgumentException>(() => new OpenAICompatibleProvider(OpenAICompatibleKinds.Compatible).CreateClient(settings));

        Assert.That(e!.Message, Does.Contain(expected).And.Contain("'asked'").And.Contain("'somewhere'"));
        Assert.That(e.Message, Does.Not.Contain(Wire.Key));
    }

    [TestCase("http://localhost:1/v1", "")]
    [TestCase("http://127.0.0.1:1/v1", "")]
    [TestCase("http://[::1]:1/v1", "")]
    [TestCase("http://example.org/v1", "true")]
    [TestCase("http://example.org/v1", "True")]
    [TestCase("https://example.org/v1", "")]
    public void Endpoint_MayBeInTheClearOnLoopbackOrWhenAllowed(string endpoint, string allowed)
    {
        (string, string)[] properties = allowed.Length == 0 ? [] : [("AllowInsecure", allowed)];

        using IChatClient client = Wire.Client(new Uri(endpoint), properties: properties);

        Assert.That(client.GetService<ChatClientMetadata>()!.ProviderUri, Is.EqualTo(new Uri(endpoint)));
    }

    [Test]
    public void Properties_AreFoundInAnyCase()
    {
        using IChatClient client = Wire.Client(new Uri("http://example.org/v1"), properties: ("allowinsecure", "true"));

        Assert.That(client, Is.Not.Null);
    }

    [Test]
    public void Settings_NeverShowTheirKey_R9() => Assert.That((Wire.Settings("openai") with { ApiKey = Wire.Key }).ToString(), Does.Not.Contain(Wire.Key));

    [Test]
    public async Task OwnSdkClient_CanBeWrapped([Values] bool streaming)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(Wire.Either(streaming));
        OpenAI.Chat.ChatClient sdk = new("mine", new System.ClientModel.ApiKeyCredential("k"), new OpenAI.OpenAIClientOptions { Endpoint = server.Address });
        OpenAICompatibleChatClient client = new(sdk);

        ChatResponse response = await client.AskAsync(streaming, new() { MaxOutputTokens = 3 });
        client.Dispose();
        client.Dispose();

        Assert.That(response.Text, Is.EqualTo("Hello"));
        Assert.That(server.Body.Raw("model"), Is.EqualTo("\"mine\""));
        Assert.That(server.Body.Raw("max_completion_tokens"), Is.EqualTo("3"));
        Assert.That(client.GetService(typeof(OpenAI.Chat.ChatClient)), Is.SameAs(sdk));
    }
}
