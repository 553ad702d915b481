using LlmRouting.Lab;

return args switch
{
    ["schema-suite", .. var rest] => SchemaSuiteCommand.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("schema-suite <folder> [--remotes <folder>] --draft <2020-12|2019-09|7|6|4>");
    return 2;
}
