using System.Diagnostics;
using System.Globalization;
using System.Text;
using LlmRouting.JsonSchema;
using LlmRouting.JsonSchema.Fuzzing;

namespace LlmRouting.Lab;

// Validates random pairs of schema and instance and reports crashes, disagreements between the ways to validate, and the slowest pair.
internal static class SchemaFuzzCommand
{
    private const int InstancesPerSchema = 4;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    internal static int Run(string[] args)
    {
        int count = Number(args, "--count", 1_000_000);
        int seed = Number(args, "--seed", 1);
        var fuzzer = new SchemaFuzzer(seed);
        var compiler = new SchemaCompiler(new SchemaSettings
        {
            AssertFormat = true,
            AssertContent = true,
            MaxEvaluations = 100_000,
            RegexTimeout = TimeSpan.FromMilliseconds(5),
        });
        int pairs = 0;
        int refused = 0;
        int valid = 0;
        int broken = 0;
        TimeSpan slowest = TimeSpan.Zero;
        while (pairs < count)
        {
            string text = fuzzer.NextSchema();
            CompiledSchema? schema = null;
            try
            {
                schema = compiler.Compile(text);
            }
            catch (SchemaException)
            {
                refused++;
            }

            for (int i = 0; i < InstancesPerSchema && pairs < count; i++, pairs++)
            {
                string instance = fuzzer.NextInstance();
                long start = Stopwatch.GetTimestamp();
                if (schema is not null && Check(schema, instance, out bool fits) is { } problem)
                {
                    broken++;
                    Console.WriteLine($"{problem}\n  schema   {text}\n  instance {instance}");
                }
                else
                {
                    valid += schema is not null && schema.IsValid(Encoding.UTF8.GetBytes(instance)) ? 1 : 0;
                }

                TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
                slowest = elapsed > slowest ? elapsed : slowest;
            }
        }

        bool failed = broken > 0 || slowest > Bound;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"pairs\":{pairs},\"seed\":{seed},\"refusedSchemas\":{refused},\"valid\":{valid},\"broken\":{broken},\"slowestMs\":{slowest.TotalMilliseconds:0.0}}}"));
        return failed ? 1 : 0;
    }

    private static string? Check(CompiledSchema schema, string instance, out bool fits)
    {
        fits = false;
        try
        {
            byte[] text = Encoding.UTF8.GetBytes(instance);
            SchemaResult result = schema.Validate(text);
            fits = result.IsValid;
            // Once more where they differ: a pattern that ran out of time in one of the runs is no disagreement.
            return schema.IsValid(text) == fits && result.Errors.IsEmpty == fits ? null
                : schema.IsValid(text) == schema.Validate(text).IsValid ? null
                : "The ways to validate disagree.";
        }
        catch (Exception crash) when (crash is not OutOfMemoryException)
        {
            return crash.ToString();
        }
    }

    private static int Number(string[] args, string name, int otherwise)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
    }
}
