using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace LlmRouting.Providers.Tests.Conformance;

/// <summary>Installs the mock server that <c>aimock/package-lock.json</c> pins, once for all runs.</summary>
/// <remarks>Two runs may install at the same time: each does so in a folder of its own, and the first one's is kept.</remarks>
internal static class MockServerPackage
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(2);

    private static readonly string[] Manifest = ["package.json", "package-lock.json", ".npmrc"];

    /// <summary>Gets the folder with our own files: the pin, the fixtures and the script that serves them.</summary>
    public static string Sources => Path.Combine(AppContext.BaseDirectory, "Conformance", "aimock");

    /// <summary>Finds the package, and installs it where it is not there yet.</summary>
    /// <returns>The path of the package's entry point.</returns>
    /// <exception cref="MockServerMissingException">It cannot be installed here.</exception>
    public static async Task<string> InstallAsync()
    {
        // Another pin is another folder.
        string pin = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Sources, "package-lock.json"))));
        string folder = Path.Combine(FindRepository(), "artifacts", $"aimock-{pin[..12]}");
        string entryPoint = Path.Combine(folder, "node_modules", "@copilotkit", "aimock", "dist", "index.js");
        if (File.Exists(entryPoint))
        {
            return entryPoint;
        }

        string own = Directory.CreateDirectory($"{folder}.{Guid.NewGuid():N}").FullName;
        try
        {
            foreach (string file in Manifest)
            {
                File.Copy(Path.Combine(Sources, file), Path.Combine(own, file));
            }

            await RunNpmAsync(own);
            try
            {
                Directory.Move(own, folder);
            }
            catch (IOException) when (File.Exists(entryPoint))
            {
                // Another run was faster.
            }
        }
        finally
        {
            if (Directory.Exists(own))
            {
                Directory.Delete(own, recursive: true);
            }
        }

        return entryPoint;
    }

    private static async Task RunNpmAsync(string folder)
    {
        ProcessStartInfo start = new(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process npm = Start(start);
        using CancellationTokenSource limit = new(InstallLimit);
        Task<string> output = npm.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = npm.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await npm.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            throw new MockServerMissingException($"npm did not install it within {InstallLimit}");
        }

        await output;
        if (npm.ExitCode != 0)
        {
            string? reason = (await errors).Split('\n').FirstOrDefault(static line => line.StartsWith("npm error", StringComparison.Ordinal));
            throw new MockServerMissingException($"npm could not install it ({reason?.Trim() ?? $"exit code {npm.ExitCode}"})");
        }
    }

    /// <summary>Starts a program of Node.</summary>
    /// <exception cref="MockServerMissingException">Node is not installed.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!; // a new process, since no shell is used
        }
        catch (Win32Exception)
        {
            throw new MockServerMissingException($"'{start.FileName}' is not installed");
        }
    }

    private static string FindRepository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LlmRouting.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new MockServerMissingException("the tests do not run inside the repository");
    }
}
