using LlmRouting.Admission;
using LlmRouting.Core.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.DependencyInjection;

/// <summary>Shows what the section <c>Admission</c> does, also when it changes while the router is in use.</summary>
public sealed class AdmissionReloadTests
{
    [Test]
    public void Admission_IsOff_UntilItHasALimit()
    {
        using TestHost host = new(Settings.Valid(("Admission:MaxQueue", "7")));

        Assert.That(LimiterOf(host), Is.Null);
    }

    [Test]
    public void S28_NewLimits_HoldForTheSameLimiter()
    {
        using TestHost host = new(Settings.Valid(("Admission:MaxConcurrent", "2"), ("Admission:QueueTimeout", "00:00:03")));
        AdmissionLimiter? before = LimiterOf(host);

        host.Reload(Settings.Valid(("Admission:MaxConcurrent", "5"), ("Admission:DegradeAbove", "0.8")));

        Assert.That(LimiterOf(host), Is.SameAs(before));
        Assert.That(before!.Settings, Is.EqualTo(new AdmissionSettings { MaxConcurrent = 5, DegradeAbove = 0.8 }));
    }

    [Test]
    public void S28_BadLimits_LeaveTheLastGoodOnes()
    {
        using TestHost host = new(Settings.Valid(("Admission:MaxConcurrent", "2")));
        AdmissionLimiter? limiter = LimiterOf(host);

        host.Reload(Settings.Valid(("Admission:MaxConcurrent", "0"), ("Admission:DegradeAbove", "80")));

        Assert.That(limiter!.Settings.MaxConcurrent, Is.EqualTo(2));
        Assert.That(
            host.Logs.Of(EventIds.ConfigurationRejected),
            Has.Exactly(1).Contains("LlmRouting:Admission:MaxConcurrent is 0").And.Contains("LlmRouting:Admission:DegradeAbove is 80"));
    }

    [Test]
    public async Task S28_LimitsTakenAway_LetAllIn()
    {
        using TestHost host = new(Settings.Valid(("Admission:MaxConcurrent", "1")));
        await LimiterOf(host)!.EnterAsync(RequestPriority.Interactive, default);

        host.Reload(Settings.Valid());

        Assert.That(LimiterOf(host), Is.Null);
        Assert.That((await host.Chat.GetResponseAsync("hello")).Text, Is.Not.Empty);
    }

    private static AdmissionLimiter? LimiterOf(TestHost host) => host.Chat.GetService<AdmissionLimiter>();
}
