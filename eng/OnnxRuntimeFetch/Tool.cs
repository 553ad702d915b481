using System.ComponentModel;
using System.Diagnostics;

namespace LlmRouting.Engineering;

/// <summary>Runs a command-line tool.</summary>
internal static class Tool
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs a tool to its end.</summary>
    /// <returns>Its exit code and output; -1 when it could not be started or took too long.</returns>
    public static async Task<(int Code, string Output)> RunAsync(string tool, IEnumerable<string> arguments, string folder)
    {
        ProcessStartInfo start = new(tool, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

        // A build's own settings are not meant for the tool that it calls.
        start.Environment.Remove("MSBuildSDKsPath");
        start.Environment.Remove("MSBUILD_EXE_PATH");
        try
        {
            using Process process = Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
            using CancellationTokenSource limit = new(Limit);
            try
            {
                Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
                string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
                _ = await errors;
                await process.WaitForExitAsync(limit.Token);
                return (process.ExitCode, output);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return (-1, "it took too long");
            }
        }
        catch (Win32Exception)
        {
            return (-1, "it is not installed");
        }
    }
}
