using System.Collections.Frozen;
using LlmRouting.Constraints;
using LlmRouting.Core.Tests.Support;

namespace LlmRouting.Core.Tests.Constraints;

/// <summary>Shows what each built-in constraint excludes, and with which words.</summary>
public sealed class ConstraintTests
{
    [TestCase(ModelCapabilities.Tools, ModelCapabilities.Tools | ModelCapabilities.Vision, null)]
    [TestCase(ModelCapabilities.None, ModelCapabilities.None, null)]
    [TestCase(ModelCapabilities.Tools, ModelCapabilities.None, "lacks Tools")]
    [TestCase(ModelCapabilities.Tools | ModelCapabilities.Vision, ModelCapabilities.Tools, "lacks Vision")]
    [TestCase(ModelCapabilities.Audio | ModelCapabilities.Documents, ModelCapabilities.Vision, "lacks Audio, Documents")]
    [TestCase(ModelCapabilities.Json, ModelCapabilities.JsonSchema, null)]
    [TestCase(ModelCapabilities.JsonSchema, ModelCapabilities.Json, "lacks JsonSchema")]
    [TestCase(ModelCapabilities.JsonSchema, ModelCapabilities.None, "lacks JsonSchema")]
    [TestCase(ModelCapabilities.Reasoning, ModelCapabilities.None, "lacks Reasoning")]
    public void R20_Capability_NamesWhatIsMissing(ModelCapabilities required, ModelCapabilities present, string? expected)
    {
        RoutingRequest request = Make.Request(features: new RequestFeatures { RequiredCapabilities = required });

        string? reason = new CapabilityConstraint().Reject(request, CandidateOf(Make.Profile("x") with { Capabilities = present }, request));

        Assert.That(reason, Is.EqualTo(expected));
    }

    [TestCase(true, false, "cannot stream")]
    [TestCase(true, true, null)]
    [TestCase(false, false, null)]
    public void R20_Capability_AsksForStreamingOnlyWhereItIsWanted(bool streaming, bool supported, string? expected)
    {
        RoutingRequest request = Make.Request(isStreaming: streaming);

        Assert.That(
            new CapabilityConstraint().Reject(request, CandidateOf(Make.Profile("x") with { SupportsStreaming = supported }, request)),
            Is.EqualTo(expected));
    }

    [TestCase(null, 1_000_000, null, true, Description = "An unknown window excludes nothing.")]
    [TestCase(4096, 2_792, null, true, Description = "2792 x 1.1 + 1024 = 4095.2")]
    [TestCase(4096, 2_793, null, false, Description = "2793 x 1.1 + 1024 = 4096.3")]
    [TestCase(4096, 3_000, 100, true)]
    [TestCase(4096, 100, 4_000, false)]
    [TestCase(1000, 454, null, true, Description = "Half of a small window is reserved at the most.")]
    [TestCase(1000, 455, null, false)]
    public void R21_ContextWindow_HoldsTheRequestAndAReserveForTheAnswer(int? window, int inputTokens, int? maxOutput, bool fits)
    {
        RoutingRequest request = Make.Request(features: new RequestFeatures { EstimatedInputTokens = inputTokens, MaxOutputTokens = maxOutput });

        string? reason = new ContextWindowConstraint().Reject(request, CandidateOf(Make.Profile("x") with { ContextTokens = window }, request));

        Assert.That(reason, Is.EqualTo(fits ? null : "its context window is too small for the request and its answer"));
    }

    [TestCase(100, 100, true)]
    [TestCase(100, 101, false)]
    [TestCase(100, null, true)]
    [TestCase(null, 101, true)]
    public void R20_ContextWindow_ChecksTheLongestAnswer(int? longest, int? asked, bool fits)
    {
        RoutingRequest request = Make.Request(features: new RequestFeatures { MaxOutputTokens = asked });

        string? reason = new ContextWindowConstraint().Reject(request, CandidateOf(Make.Profile("x") with { MaxOutputTokens = longest }, request));

        Assert.That(reason, Is.EqualTo(fits ? null : "cannot write an answer as long as the caller allows"));
    }

    [TestCase(null, null, 1, null)]
    [TestCase(0.01, null, 1, null)]
    [TestCase(0.001, null, 1, "is expected to cost more than the limit")]
    [TestCase(null, 0.001, 1, "is expected to cost more than the limit")]
    [TestCase(0.01, 0.001, 1, "is expected to cost more than the limit", Description = "The stricter one counts.")]
    [TestCase(0.001, 0.01, 1, "is expected to cost more than the limit")]
    [TestCase(0.01, null, null, "its price is unknown, and the request has a cost limit")]
    [TestCase(null, null, null, null)]
    [TestCase(0, null, 0, null, Description = "A free model fits a limit of nothing.")]
    public void S9_Cost_StaysWithinTheStricterLimit(double? hint, double? policy, double? price, string? expected)
    {
        RoutingRequest request = Make.Request(
            features: new RequestFeatures { EstimatedInputTokens = 4744, MaxOutputTokens = 256 },
            hints: hints => hints.MaxCostUsd = (decimal?)hint,
            policy: new RoutingPolicy { Id = "p", MaxCostUsd = (decimal?)policy });

        Assert.That(
            new CostConstraint().Reject(request, CandidateOf(Make.Profile("x", input: (decimal?)price, output: (decimal?)price), request)),
            Is.EqualTo(expected));
    }

    [TestCase(null, null, 9.0, true)]
    [TestCase(2.0, null, 2.0, true)]
    [TestCase(2.0, null, 2.1, false)]
    [TestCase(null, 2.0, 2.1, false)]
    [TestCase(5.0, 2.0, 3.0, false, Description = "The stricter one counts.")]
    [TestCase(2.0, 5.0, 3.0, false)]
    [TestCase(2.0, null, null, true, Description = "What is unknown passes.")]
    public void S9_Latency_StaysWithinTheStricterLimit(double? hint, double? policy, double? expected, bool fits)
    {
        RoutingRequest request = Make.Request(
            hints: hints => hints.MaxLatency = Seconds(hint),
            policy: new RoutingPolicy { Id = "p", MaxLatency = Seconds(policy) });

        string? reason = new LatencyConstraint().Reject(request, CandidateOf(Make.Profile("x", latency: Seconds(expected)), request));

        Assert.That(reason, Is.EqualTo(fits ? null : "is expected to answer too late"));
    }

    [TestCase(0.6, "frontier", "eu,gdpr", null)]
    [TestCase(0.59, "frontier", "eu,gdpr", "its quality is below the policy's floor")]
    [TestCase(0.9, "fast", "eu,gdpr", "its tier is below the policy's floor")]
    [TestCase(0.9, null, "eu,gdpr", "its tier is below the policy's floor")]
    [TestCase(0.9, "BALANCED", "EU,gdpr", null)]
    [TestCase(0.9, "balanced", "eu", "lacks a tag that the policy requires")]
    public void S10_PolicyFloor_ChecksQualityTierAndTags(double quality, string? tier, string tags, string? expected)
    {
        RoutingRequest request = Make.Request(policy: new RoutingPolicy
        {
            Id = "p", MinQuality = 0.6, MinTier = "balanced", RequiredTags = FrozenSet.Create("eu", "gdpr"),
        });

        Assert.That(
            new PolicyFloorConstraint(TierLadder.Default).Reject(request, CandidateOf(Make.Profile("x", tier, quality, tags: tags.Split(',')), request)),
            Is.EqualTo(expected));
    }

    [Test]
    public void PolicyFloor_WithoutAPolicy_KeepsEverything()
    {
        RoutingRequest request = Make.Request();

        Assert.That(new PolicyFloorConstraint(TierLadder.Default).Reject(request, CandidateOf(Make.Profile("x", quality: 0), request)), Is.Null);
    }

    [Test]
    public void OnlyLatency_IsSoft()
    {
        IRoutingConstraint[] constraints =
            [new CapabilityConstraint(), new ContextWindowConstraint(), new PolicyFloorConstraint(TierLadder.Default), new CostConstraint(), new LatencyConstraint()];

        Assert.That(constraints.Where(static constraint => constraint.IsSoft).Select(static constraint => constraint.Name), Is.EqualTo(["latency"]));
    }

    private static Candidate CandidateOf(ModelProfile profile, RoutingRequest request) => new(Make.Model(profile), request.Features);

    private static TimeSpan? Seconds(double? seconds) => seconds is { } known ? TimeSpan.FromSeconds(known) : null;
}
