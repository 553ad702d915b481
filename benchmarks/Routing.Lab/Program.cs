using LlmRouting.Lab;

return args switch
{
    ["overhead", ..] => await OverheadCommand.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Routing.Lab measures the router. Usage: dotnet run -c Release --project benchmarks/Routing.Lab -- <command>

          overhead    nanoseconds and bytes of a decision, a routed call and a streamed chunk, as one line of JSON
        """);
    return 2;
}
