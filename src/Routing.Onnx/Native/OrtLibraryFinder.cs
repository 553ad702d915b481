using System.Reflection;
using System.Runtime.InteropServices;

namespace LlmRouting.Onnx.Native;

/// <summary>Finds the native library that the host brought along.</summary>
internal static class OrtLibraryFinder
{
    /// <summary>Says which packages hold the library.</summary>
    public const string Packages =
        "Add one of the packages Microsoft.ML.OnnxRuntime (CPU; CoreML on macOS), Microsoft.ML.OnnxRuntime.Gpu (CUDA, TensorRT) or "
        + "Microsoft.ML.OnnxRuntime.DirectML (Windows) to the app, or set LibraryPath to the library's file.";

    private static string[] FileNames =>
        OperatingSystem.IsWindows() ? ["onnxruntime.dll"]
        : OperatingSystem.IsMacOS() ? ["libonnxruntime.dylib", "libonnxruntime.1.dylib"]
        : ["libonnxruntime.so", "libonnxruntime.so.1"];

    /// <summary>Loads the library.</summary>
    /// <param name="libraryPath">The library's file, or a folder that holds it; null looks where packages put it, then where the system looks.</param>
    /// <param name="baseDirectory">The app's folder.</param>
    /// <param name="path">Where it was found; a bare name when the system found it.</param>
    /// <returns>The library's handle.</returns>
    /// <exception cref="OnnxRuntimeException">There is none, or it cannot be loaded here.</exception>
    public static nint Load(string? libraryPath, string baseDirectory, out string path)
    {
        if (libraryPath is not null)
        {
            path = Resolve(libraryPath);
            return LoadFile(path);
        }

        foreach (string folder in Folders(baseDirectory))
        {
            foreach (string name in FileNames)
            {
                path = Path.Combine(folder, name);
                if (File.Exists(path))
                {
                    return LoadFile(path);
                }
            }
        }

        foreach (string name in FileNames)
        {
            if (NativeLibrary.TryLoad(name, Assembly.GetExecutingAssembly(), DllImportSearchPath.SafeDirectories, out nint handle))
            {
                path = name;
                return handle;
            }
        }

        throw new OnnxRuntimeException($"The native library of ONNX Runtime was not found for {NativeImage.Here}. {Packages}");
    }

    /// <summary>Loads a library that is known to be there.</summary>
    public static nint LoadFile(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            string? image = NativeImage.Describe(path);
            string reason = image is null ? "it is no native library"
                : image != NativeImage.Here ? $"it is built for {image}, and this process is {NativeImage.Here}"
                : exception.Message;
            throw new OnnxRuntimeException($"The native library '{path}' cannot be loaded: {reason}. {Packages}", exception);
        }
    }

    private static string Resolve(string libraryPath)
    {
        if (File.Exists(libraryPath))
        {
            return Path.GetFullPath(libraryPath);
        }

        foreach (string name in FileNames)
        {
            if (File.Exists(Path.Combine(libraryPath, name)))
            {
                return Path.GetFullPath(Path.Combine(libraryPath, name));
            }
        }

        throw new OnnxRuntimeException($"LibraryPath is '{libraryPath}', where there is no native library of ONNX Runtime. {Packages}");
    }

    private static IEnumerable<string> Folders(string baseDirectory)
    {
        // Where the host found the native files of packages, which an app that is run from its build output does not copy.
        string? searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string;
        foreach (string folder in (searched ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return folder;
        }

        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        string portable = $"{system}-{(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64")}";
        yield return Path.Combine(baseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        yield return Path.Combine(baseDirectory, "runtimes", portable, "native");
        yield return baseDirectory;
    }
}
