namespace LlmRouting.Engineering;

/// <summary>Takes the library out of the package Microsoft.ML.OnnxRuntime, when a configured source has it.</summary>
internal static class NuGetSource
{
    private const string Package = "Microsoft.ML.OnnxRuntime";

    public static async Task<bool> TryFetchAsync(string scratch, string unpacked, List<string> reasons)
    {
        // A download is no reference: nothing is compiled, and a missing package fails this restore alone.
        string project = Path.Combine(scratch, "download.csproj");
        string packages = Path.Combine(scratch, "packages");
        await File.WriteAllTextAsync(Path.Combine(scratch, "Directory.Build.props"), "<Project />");
        await File.WriteAllTextAsync(Path.Combine(scratch, "Directory.Packages.props"), "<Project />");
        await File.WriteAllTextAsync(project, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><RestorePackagesPath>{packages}</RestorePackagesPath></PropertyGroup>
              <ItemGroup><PackageDownload Include="{Package}" Version="[{RuntimeFetch.Version}]" /></ItemGroup>
            </Project>
            """);
        (int code, _) = await Tool.RunAsync("dotnet", ["restore", project, "--verbosity", "quiet"], scratch);
        string native = Path.Combine(packages, "microsoft.ml.onnxruntime", RuntimeFetch.Version, "runtimes", RuntimeFetch.Rid, "native");
        if (code != 0 || !Directory.Exists(native))
        {
            reasons.Add($"No configured NuGet source has {Package} {RuntimeFetch.Version}.");
            return false;
        }

        foreach (string file in Directory.EnumerateFiles(native))
        {
            File.Copy(file, Path.Combine(unpacked, Path.GetFileName(file)));
        }

        return true;
    }
}
