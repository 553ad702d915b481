using LlmRouting.QuickStart;

// The story is told in QuickStartApp.cs. Ctrl+C asks it to end; what was answered until then is still summed up.
using CancellationTokenSource stop = new();
Console.OutputEncoding = System.Text.Encoding.UTF8;
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
return await QuickStartApp.RunAsync(args, Console.Out, cancellationToken: stop.Token);
