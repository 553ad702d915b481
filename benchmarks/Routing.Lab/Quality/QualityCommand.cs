using System.Collections.Immutable;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Lab.Quality;

/// <summary>Trains a router on some rows, measures it on others, and prints what it found as one line of JSON.</summary>
internal static class QualityCommand
{
    public static int Run(string[] args)
    {
        try
        {
            QualityArguments arguments = QualityArguments.Parse(args);
            ImmutableArray<LabelledRequest> train = Read(arguments.Train);
            ImmutableArray<LabelledRequest> test = arguments.SameFile ? train : Read(arguments.Test);
            string line = arguments.Pool
                ? PoolMeasurement.Run(arguments, train, test)
                : PairMeasurement.Run(arguments, train, test);
            Console.Out.WriteLine(line);
            return 0;
        }
        catch (Exception exception) when (exception is FormatException or LabelledDataException or TrainingException or ArgumentException)
        {
            Console.Error.WriteLine(exception.Message);
            if (exception is FormatException)
            {
                Console.Error.WriteLine(QualityArguments.Usage);
            }

            return 2;
        }
    }

    internal static ImmutableArray<LabelledRequest> Read(string[] paths)
    {
        LabelledData data = new LabelledRequestReader().Read(paths);
        if (data.RejectedCount > 0)
        {
            Console.Error.WriteLine($"{data.RejectedCount} lines were left out; the first: {data.Rejected[0]}");
        }

        return data.Requests;
    }
}
