using System.Globalization;
using Microsoft.Extensions.AI;

namespace LlmRouting.QuickStart;

/// <summary>Lets a tenant on trial ask the dearest model until its budget says no.</summary>
internal static class BudgetStory
{
    private const int MaxRequests = 50;
    private const string Tenant = "trial";

    public static async Task<string> RunAsync(IChatClient chat, CancellationToken cancellationToken)
    {
        ChatOptions options = new ChatOptions { MaxOutputTokens = 200 }.WithRouting(static hints =>
        {
            hints.BudgetScope = Tenant;
            hints.Policy = "legal-desk";
        });
        decimal spent = 0;
        for (int answered = 0; answered < MaxRequests; answered++)
        {
            try
            {
                ChatResponse response = await chat.GetResponseAsync("May I end the service plan early, and what do I get back?", options, cancellationToken);
                spent += response.GetRoutingOutcome()?.CostUsd ?? 0;
            }
            catch (BudgetExceededException exception)
            {
                return string.Create(CultureInfo.InvariantCulture, $"Budget       tenant '{Tenant}' got {answered} answers for ${spent:0.000000}; the next request was stopped before any call: {exception.Message}");
            }
            catch (RoutingException exception)
            {
                return $"Budget       tenant '{Tenant}' got no further for another reason: {exception.Message}";
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"Budget       tenant '{Tenant}' got {MaxRequests} answers for ${spent:0.000000}; its budget has room for more");
    }
}
