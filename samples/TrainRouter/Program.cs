using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.TrainRouter;
using Spectre.Console;

// Ctrl+C ends a training.
using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
try
{
    Arguments arguments = Arguments.Parse(args);
    if (arguments.Models.Length > 0)
    {
        PoolSession.Calibrate(arguments, Session.Read(arguments.Data), stop.Token);
        return 0;
    }

    var session = new Session(arguments, stop.Token);
    switch (arguments.Command)
    {
        case "train":
            session.Train();
            break;
        case "calibrate":
            session.Calibrate();
            break;
        case "evaluate":
            session.Evaluate();
            break;
        default:
            session.Report();
            break;
    }

    return 0;
}
catch (FormatException exception)
{
    AnsiConsole.MarkupLineInterpolated($"[red]{exception.Message}[/]");
    Console.WriteLine(Arguments.Usage); // laid out already: the library would wrap it
    return 2;
}
catch (Exception exception) when (exception is LabelledDataException or TrainingException or ArgumentException or IOException or UnauthorizedAccessException)
{
    AnsiConsole.MarkupLineInterpolated($"[red]{exception.Message}[/]");
    return 1;
}
catch (OperationCanceledException)
{
    AnsiConsole.WriteLine("Stopped.");
    return 1;
}
