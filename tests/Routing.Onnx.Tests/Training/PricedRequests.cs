using System.Collections.Frozen;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Tests.Training;

/// <summary>Gives synthetic requests costs that their words tell: hard ones cost the dear models five times as much as others of their length.</summary>
internal static class PricedRequests
{
    public const double HardUsd = 5e-5;
    public const double EasyUsd = 1e-5;
    public const double WeakUsd = 1e-6;

    /// <summary>Makes requests that a strong and a weak model answered; the weak model's costs follow from the length.</summary>
    public static LabelledRequest[] Make(int count, int seed) =>
    [
        .. SyntheticRequests.Make(count, seed).Select(static (request, i) => request with
        {
            Costs = new Dictionary<string, double?>
            {
                ["strong"] = i % 10 == 0 ? null : (SyntheticRequests.IsHard(request) ? HardUsd : EasyUsd) * request.Text!.Length,
                ["weak"] = WeakUsd * request.Text!.Length,
                ["free"] = 0,
            }.ToFrozenDictionary(),
            Scores = new Dictionary<string, double>(request.Scores) { ["free"] = i % 2, ["stranger"] = i % 3 == 0 ? 1 : 0 }.ToFrozenDictionary(),
        }),
    ];
}
