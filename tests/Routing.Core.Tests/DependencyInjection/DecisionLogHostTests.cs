using LlmRouting.Core.Tests.DecisionLog;
using LlmRouting.Core.Tests.Support;
using LlmRouting.DecisionLog;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LlmRouting.Core.Tests.DependencyInjection;

/// <summary>Shows the decision log as a host has it: a section of a file of JSON, a container, and its end.</summary>
[Description("S20")]
public sealed class DecisionLogHostTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public async Task Section_OfAFile_WritesRotatesAndLosesNothingAtTheEnd([Values] bool stops)
    {
        string file = Path.Combine(_folder.Path, "appsettings.json");
        await File.WriteAllTextAsync(file, $$"""
            {
              "LlmRouting": {
                "Providers": { "lab": { "Kind": "fake" } },
                "Models": { "small": { "Provider": "lab" } },
                "DecisionLog": { "Path": {{System.Text.Json.JsonSerializer.Serialize(_folder.Log)}}, "MaxFileBytes": 4096, "WhenFull": "Wait", "FlushInterval": "00:30:00" }
              }
            }
            """);
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddJsonFile(file);
        builder.Services.AddLlmRouting(builder.Configuration.GetSection(Settings.Section)).AddProvider(new FakeProvider());
        JsonLinesDecisionLog log;
        using (IHost host = builder.Build())
        {
            await host.StartAsync();
            IChatClient chat = host.Services.GetRequiredService<IChatClient>();
            log = chat.GetService<JsonLinesDecisionLog>()!;
            for (int i = 0; i < 30; i++)
            {
                await chat.GetResponseAsync(Pool.Hello);
            }

            if (stops)
            {
                await host.StopAsync();
            }
        }

        Assert.That(_folder.Files, Has.Length.GreaterThan(2), "4 KB hold a few records");
        Assert.That(_folder.Lines.Select(static line => DecisionRecordReader.Read(line).Id).Distinct().Count(), Is.EqualTo(30));
        Assert.That((log.Written, log.Dropped, log.Lost), Is.EqualTo((30L, 0L, 0L)));
    }

    [Test]
    public async Task Code_WinsOverTheSection_AndTheRestOfItHolds()
    {
        string other = Path.Combine(Path.GetDirectoryName(_folder.Log)!, "other.jsonl");
        using (TestHost host = new(
            Settings.Valid(("DecisionLog:Path", Path.Combine(_folder.Path, "unused", "x.jsonl")), ("DecisionLog:CaptureFeatures", "true")),
            builder => builder.AddDecisionLog(other)))
        {
            await host.Chat.GetResponseAsync(Pool.Hello);
        }

        Assert.That(Directory.Exists(Path.Combine(_folder.Path, "unused")), Is.False);
        Assert.That(Path.GetFileName(_folder.Files.Single()), Does.StartWith("other-"));
        Assert.That(_folder.Lines.Single(), Does.Contain("\"hashed\":{"));
    }

    [Test]
    public void Section_ThatIsWrong_FailsAtTheStartAndNamesTheKey()
    {
        using TestHost host = new(Settings.Valid(("DecisionLog:Path", "logs/"), ("DecisionLog:IdKey", "short-secret")));

        Assert.That(() => host.Chat, Throws.Exception.With.Message.Contains("LlmRouting:DecisionLog:Path is 'logs/'; it must name a file")
            .And.Message.Contains("LlmRouting:DecisionLog:IdKey has 12 characters").And.Message.Not.Contains("short-secret"));
    }
}
