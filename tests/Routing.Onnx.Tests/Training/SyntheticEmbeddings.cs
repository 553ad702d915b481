using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Tests.Training;

/// <summary>Makes requests whose words say nothing about which model is needed, and embeddings of them that do, or do not.</summary>
internal static class SyntheticEmbeddings
{
    public const int Length = 24;
    private static readonly string[] Words = ["please", "tell", "me", "about", "the", "a", "some", "which", "and", "how", "it", "of", "now", "then", "so", "that"];

    public static List<LabelledRequest> Make(int count, bool isInformative, int seed = 5)
    {
        var random = new Random(seed);
        List<LabelledRequest> requests = [];
        for (int i = 0; i < count; i++)
        {
            bool isHard = random.Next(2) == 0;
            string text = string.Join(' ', Enumerable.Range(0, 14).Select(_ => Words[random.Next(Words.Length)])) + $" {i}";
            Dictionary<string, double> scores = new()
            {
                ["strong"] = random.NextDouble() < 0.9 ? 1 : 0,
                ["weak"] = random.NextDouble() < (isHard ? 0.25 : 0.9) ? 1 : 0,
            };
            requests.Add(new LabelledRequest
            {
                Id = $"e{i}",
                Text = text,
                Scores = scores.ToFrozenDictionary(),
                Label = isHard ? "complex" : "simple",
                Embedding = [.. Embed(random, isInformative ? isHard : random.Next(2) == 0)],
            });
        }

        return requests;
    }

    public static LabelledRequest WithCosts(LabelledRequest request, double usd) => request with
    {
        Costs = new Dictionary<string, double?> { ["strong"] = usd, ["weak"] = usd / 10 }.ToFrozenDictionary(),
    };

    /// <summary>Makes a vector for a text: the topic decides one direction, the text's hash the rest.</summary>
    public static float[] Embed(string text, bool isHard) => Embed(new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(text)))), isHard);

    // Far from the origin, as embeddings are: their mean tells nothing.
    private static float[] Embed(Random random, bool isHard)
    {
        float[] vector = new float[Length];
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = 2 + (float)(random.NextDouble() - 0.5);
        }

        vector[3] += isHard ? 1 : -1;
        vector[7] -= isHard ? 1 : -1;
        return vector;
    }
}
