namespace LlmRouting.Core.Tests.Support;

/// <summary>Is a constraint that a test writes.</summary>
internal sealed class FakeConstraint(string name, Func<Candidate, string?> reject, bool isSoft = false) : IRoutingConstraint
{
    public string Name => name;

    public bool IsSoft => isSoft;

    public string? Reject(RoutingRequest request, in Candidate candidate) => reject(candidate);
}
