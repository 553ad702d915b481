using System.Globalization;
using LlmRouting.Onnx.Tests.Models;

namespace LlmRouting.Lab;

// Writes a classifier as exporters do, with seeded random weights: for measuring how fast, never how well.
internal static class MakeModelCommand
{
    internal static int Run(string[] args)
    {
        if (Arguments.Option(args, "--out") is not { } folder)
        {
            Console.Error.WriteLine("make-model --out <folder> [--layers 2] [--hidden 128] [--positions 512] [--seed 7]");
            return 2;
        }

        int layers = Number(args, "--layers", 2);
        int hidden = Number(args, "--hidden", 128);
        int positions = Number(args, "--positions", 512);
        RandomBert model = ModelFolder.Bert(labels: 3, layers, hidden, positions, Number(args, "--seed", 7));
        ModelFolder.Write(folder, BertGraph.Write(model), ["easy", "medium", "hard"], positions: positions);
        Console.WriteLine($"{folder}: {layers} layers of {hidden}, {model.Heads} heads, {model.Vocabulary} tokens, {positions} positions");
        return 0;
    }

    private static int Number(string[] args, string name, int fallback) =>
        Arguments.Option(args, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
