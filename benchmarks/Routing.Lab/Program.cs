using LlmRouting.Lab;
using LlmRouting.Lab.Quality;

return args switch
{
    ["overhead"] => await OverheadCommand.RunAsync(),
    ["chaos", .. var rest] => ChaosCommand.Run(rest),
    ["tail", .. var rest] => TailCommand.Run(rest),
    ["soak", .. var rest] => SoakCommand.Run(rest),
    ["wire-fuzz", .. var rest] => await WireFuzzCommand.RunAsync(rest),
    ["replay", .. var rest] => await ReplayCommand.RunAsync(rest),
    ["schema-suite", .. var rest] => SchemaSuiteCommand.Run(rest),
    ["schema-fuzz", .. var rest] => SchemaFuzzCommand.Run(rest),
    ["schema-speed", .. var rest] => SchemaSpeedCommand.Run(rest),
    ["quality", .. var rest] => QualityCommand.Run(rest),
    ["complexity", .. var rest] => await ComplexityCommand.RunAsync(rest),
    ["default-model", .. var rest] => DefaultModelCommand.Run(rest),
    ["tokenize", .. var rest] => TokenizeCommand.Run(rest),
    ["make-model", .. var rest] => MakeModelCommand.Run(rest),
    ["classify", .. var rest] => await ClassifyCommand.RunAsync(rest),
    ["batching", .. var rest] => await BatchingCommand.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Routing.Lab measures the router. Usage: dotnet run -c Release --project benchmarks/Routing.Lab -- <command>

          overhead                                     nanoseconds and bytes of a decision, a routed call and a streamed chunk, as JSON
          chaos [--requests <n>] [--seed <n>] [--profile <name>] [--breaker <on|off>] [--hedging <on|off>]
                                                       drives the whole client against endpoints that fail; --help lists the profiles
          tail [--requests <n>] [--seed <n>]           latencies of a pool with a heavy tail, without and with hedging, as a table
          soak [--minutes <n>]                         lets chaos go on, and watches the memory
          wire-fuzz [--count <n>] [--seed <n>] [--adapter openai|anthropic]
                                                       lets the adapters read broken answers of the services
          replay <log.jsonl> --config <a.json> [--against <b.json>]
                                                       decides the requests of a decision log again
          schema-suite <folder> [--remotes <folder>] --draft <2020-12|2019-09|7|6|4>
                                                       runs a folder in the layout of the official JSON Schema Test Suite
          schema-fuzz [--count <pairs>] [--seed <n>]   validates random pairs of schema and instance
          schema-speed [<benchmarks/ajv>]              compares with ajv in one run
          quality --train <files> --test <files> --strong <model> --weak <model> | --pool [...]
                                                       trains a router and measures it on rows it did not see; quality alone says more
          complexity --input <file>                    how well classifiers tell complex from simple prompts
          default-model --data <folder>                measures, or with --out trains, the classifier that ships with LlmRouting.Onnx
          tokenize --tokenizer <tokenizer.json> --input <texts.jsonl>
                                                       prints the ids of each {"text":...} as one JSON array a line
          make-model --out <folder> [--layers <n>] [--hidden <n>]
                                                       writes an encoder with random weights
          classify --model <folder> --input <texts.jsonl> [--device <name>]
                                                       prints what an exported classifier says of each {"text":...}, and how fast
          batching [--run-ms <n>]                      measures what waiting for a batch does, on a simulated card
        """);
    return 2;
}
