using LlmRouting.Onnx.Classifiers;
using LlmRouting.Onnx.DependencyInjection;
using LlmRouting.Onnx.Tests.Models;
using LlmRouting.Onnx.Tests.Native;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LlmRouting.Onnx.Tests.DependencyInjection;

[Description("S6 the device is reported in a health check")]
public sealed class OnnxHealthCheckTests
{
    [Test]
    public async Task LoadedModel_IsHealthy_AndSaysWhatItRunsOn()
    {
        _ = RuntimeNeeded.Load();
        using TemporaryFolder folder = new();
        ModelFolder.Write(folder.Path, ModelFolder.Constant([0f, 9f]), ["easy", "hard"]);
        await using ServiceProvider provider = Build(options => (options.ModelPath, options.Device) = (folder.Path, OnnxDevice.Cpu));
        await provider.GetRequiredService<OnnxClassifier>().WarmUpAsync();

        HealthCheckResult result = await CheckAsync(provider);

        Assert.That((result.Status, result.Data["device"]), Is.EqualTo((HealthStatus.Healthy, (object)"Cpu")));
    }

    [Test]
    public async Task ModelThatCannotBeLoaded_IsDegraded_SinceRequestsAreClassifiedWithoutIt()
    {
        using TemporaryFolder folder = new();
        await using ServiceProvider provider = Build(options => options.ModelPath = folder.Path);
        OnnxClassifier classifier = provider.GetRequiredService<OnnxClassifier>();
        try
        {
            await classifier.WarmUpAsync();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The status holds the same.
        }

        HealthCheckResult result = await CheckAsync(provider);

        Assert.That((result.Status, result.Description), Is.EqualTo((HealthStatus.Degraded, classifier.Status.Error)));
    }

    [Test]
    public async Task RouterThatShips_IsHealthy()
    {
        await using ServiceProvider provider = Build(static _ => { });

        Assert.That((await CheckAsync(provider)).Status, Is.EqualTo(HealthStatus.Healthy));
    }

    [Test]
    public void WithoutTheClassifier_TheErrorSaysWhatToCall()
    {
        using ServiceProvider provider = new ServiceCollection().BuildServiceProvider();

        Assert.That(() => CheckAsync(provider), Throws.InvalidOperationException.With.Message.Contains("Call AddOnnxClassifier()"));
    }

    private static Task<HealthCheckResult> CheckAsync(IServiceProvider provider) =>
        ActivatorUtilities.CreateInstance<OnnxHealthCheck>(provider).CheckHealthAsync(new HealthCheckContext());

    private static ServiceProvider Build(Action<OnnxOptions> configure)
    {
        ServiceCollection services = new();
        services.AddLlmRouting().AddOnnxClassifier(configure);
        return services.BuildServiceProvider();
    }
}
