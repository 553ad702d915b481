using LlmRouting.Lab;

return args switch
{
    ["schema-suite", .. var rest] => SchemaSuiteCommand.Run(rest),
    ["schema-fuzz", .. var rest] => SchemaFuzzCommand.Run(rest),
    ["schema-speed", .. var rest] => SchemaSpeedCommand.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("schema-suite <folder> [--remotes <folder>] --draft <2020-12|2019-09|7|6|4>");
    Console.Error.WriteLine("schema-fuzz [--count <pairs>] [--seed <number>]");
    Console.Error.WriteLine("schema-speed [<benchmarks/ajv>]");
    return 2;
}
