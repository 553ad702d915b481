using System.Runtime.InteropServices;

namespace LlmRouting.Engineering;

/// <summary>Puts the native library into a cache folder, once.</summary>
/// <remarks>Two builds at once do no harm: each unpacks into a folder of its own, and the first to rename it wins.</remarks>
internal static class RuntimeFetch
{
    public const string Version = "1.30.0";

    /// <summary>Fetches the library for this machine.</summary>
    /// <param name="cache">The cache folder; holds <c>version/system-processor</c> afterwards.</param>
    /// <returns>0, also when it cannot be had.</returns>
    public static async Task<int> RunAsync(string cache)
    {
        string target = Path.Combine(Path.GetFullPath(cache), Version, Rid);
        if (Directory.Exists(target))
        {
            Console.WriteLine(target);
            return 0;
        }

        string scratch = Path.Combine(Path.GetFullPath(cache), $".unpacking-{Guid.NewGuid():N}");
        string unpacked = Path.Combine(scratch, "native");
        Directory.CreateDirectory(unpacked);
        try
        {
            List<string> reasons = [];
            if (await NuGetSource.TryFetchAsync(scratch, unpacked, reasons) || await NpmSource.TryFetchAsync(scratch, unpacked, reasons))
            {
                Publish(unpacked, target);
                Console.WriteLine(target);
            }
            else
            {
                Console.WriteLine($"ONNX Runtime {Version} could not be fetched for {Rid}; what needs it is skipped. {string.Join(" ", reasons)}");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    public static string Rid { get; } =
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64")}";

    private static void Publish(string unpacked, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!); // not null: the target is two folders deep
        try
        {
            Directory.Move(unpacked, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // Another build was faster, with the same files.
        }
    }
}
