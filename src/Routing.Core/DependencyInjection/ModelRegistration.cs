using Microsoft.Extensions.AI;

namespace LlmRouting.DependencyInjection;

/// <summary>Is a model whose client the host's code brings.</summary>
/// <param name="Id">The model's id.</param>
/// <param name="Profile">The facts; null means that configuration has them.</param>
/// <param name="CreateClient">Gets the client from the container.</param>
internal sealed record ModelRegistration(string Id, ModelProfile? Profile, Func<IServiceProvider, IChatClient> CreateClient);
