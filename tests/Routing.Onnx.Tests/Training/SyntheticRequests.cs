using System.Collections.Frozen;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Tests.Training;

/// <summary>Makes requests of which the strong model is needed for one topic, so that there is something to learn.</summary>
internal static class SyntheticRequests
{
    private static readonly string[] Hard = ["integral", "theorem", "eigenvalue", "proof", "homomorphism", "manifold"];
    private static readonly string[] Easy = ["weather", "recipe", "holiday", "password", "invoice", "birthday"];
    private static readonly string[] Filler = ["please", "tell", "me", "about", "the", "a", "some", "which", "and", "how"];

    public static List<LabelledRequest> Make(int count, int seed = 5, bool isPartial = false)
    {
        var random = new Random(seed);
        List<LabelledRequest> requests = [];
        for (int i = 0; i < count; i++)
        {
            bool isHard = random.Next(2) == 0;
            string[] topic = isHard ? Hard : Easy;
            string text = string.Join(' ', Enumerable.Range(0, 12).Select(_ => random.Next(3) == 0 ? topic[random.Next(topic.Length)] : Filler[random.Next(Filler.Length)]));
            Dictionary<string, double> scores = new()
            {
                ["strong"] = random.NextDouble() < 0.9 ? 1 : 0,
                ["weak"] = random.NextDouble() < (isHard ? 0.3 : 0.9) ? 1 : 0,
            };
            if (isPartial)
            {
                scores.Remove(random.Next(2) == 0 ? "strong" : "weak");
            }

            requests.Add(new LabelledRequest
            {
                Id = $"r{i}",
                Text = $"{text} {i}",
                Scores = scores.ToFrozenDictionary(),
                Label = isHard ? "complex" : "simple",
                Group = isHard ? "mathematics" : "household",
            });
        }

        return requests;
    }

    public static bool IsHard(LabelledRequest request) => request.Label == "complex";
}
