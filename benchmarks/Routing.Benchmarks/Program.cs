using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using LlmRouting.Benchmarks;

// In turns, for a machine that is busy with other things too.
if (args is ["turns", "observation", string observed])
{
    await Turns.RunObservationAsync(int.Parse(observed, CultureInfo.InvariantCulture));
    return;
}

if (args is ["turns", .. var rest])
{
    int rounds = rest is [string count] ? int.Parse(count, CultureInfo.InvariantCulture) : 200;
    await Turns.RunAdaptersAloneAsync(rounds);
    await Turns.RunObservationAsync(rounds);
    await Turns.RunAdaptersAsync(rounds);
    return;
}

// In process, because the benchmarks read internals and need no project generated around them.
IConfig config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(DecisionBenchmarks).Assembly).Run(args, config);
