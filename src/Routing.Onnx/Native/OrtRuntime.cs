using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace LlmRouting.Onnx.Native;

/// <summary>Is one loaded ONNX Runtime.</summary>
/// <remarks>Thread-safe. Libraries are loaded once per path and never unloaded: the runtime keeps threads of its own.</remarks>
internal sealed unsafe class OrtRuntime
{
    private const int ErrorLevel = 3; // ORT_LOGGING_LEVEL_ERROR: what matters comes back as a status, and the console is the host's

    private static readonly ConcurrentDictionary<string, OrtRuntime> Loaded = new(StringComparer.Ordinal);

    private OrtRuntime(OrtApi api, string path, string version)
    {
        Api = api;
        Path = path;
        Version = version;
        nint environment;
        fixed (byte* name = "LlmRouting\0"u8)
        {
            api.Check(api.CreateEnv(ErrorLevel, name, &environment), "The environment could not be created");
        }

        nint memory;
        api.Check(api.CreateCpuMemoryInfo(0, 0, &memory), "The memory could not be described"); // OrtDeviceAllocator, OrtMemTypeDefault
        nint allocator;
        api.Check(api.GetAllocatorWithDefaultOptions(&allocator), "The allocator could not be had");
        Environment = environment;
        CpuMemory = memory;
        Allocator = allocator;
        Providers = ReadProviders();
    }

    public OrtApi Api { get; }

    /// <summary>Gets where the library is.</summary>
    public string Path { get; }

    /// <summary>Gets the runtime's version, such as 1.30.0.</summary>
    public string Version { get; }

    /// <summary>Gets what the library was built with, such as <c>CPUExecutionProvider</c>; whether that works here is another matter.</summary>
    public ImmutableArray<string> Providers { get; }

    /// <summary>Gets the environment, which must outlive every session, and so is never released.</summary>
    public nint Environment { get; }

    public nint CpuMemory { get; }

    public nint Allocator { get; }

    /// <summary>Loads the runtime, or gets the one that was loaded from the same place.</summary>
    /// <param name="libraryPath">The library's file or folder; null looks where packages put it.</param>
    /// <returns>The runtime.</returns>
    /// <exception cref="OnnxRuntimeException">There is none, it cannot be loaded here, or it is too old.</exception>
    public static OrtRuntime Load(string? libraryPath = null)
    {
        string key = libraryPath ?? "";
        if (Loaded.TryGetValue(key, out OrtRuntime? known))
        {
            return known;
        }

        lock (Loaded)
        {
            return Loaded.TryGetValue(key, out known)
                ? known
                : Loaded[key] = Open(OrtLibraryFinder.Load(libraryPath, AppContext.BaseDirectory, out string path), path, OrtApi.RequiredVersion);
        }
    }

    /// <summary>Opens a loaded library.</summary>
    /// <param name="library">Its handle.</param>
    /// <param name="path">What messages call it.</param>
    /// <param name="requiredVersion">The version of the C API that it must offer.</param>
    public static OrtRuntime Open(nint library, string path, int requiredVersion)
    {
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out nint export))
        {
            throw new OnnxRuntimeException($"The native library '{path}' is not ONNX Runtime. {OrtLibraryFinder.Packages}");
        }

        // OrtApiBase is two functions: GetApi and GetVersionString.
        var getBase = (delegate* unmanaged<nint*>)export;
        nint* apiBase = getBase();
        var getApi = (delegate* unmanaged<uint, nint>)apiBase[0];
        var getVersion = (delegate* unmanaged<byte*>)apiBase[1];
        string version = Marshal.PtrToStringUTF8((nint)getVersion()) ?? "unknown";
        nint table = getApi((uint)requiredVersion);
        return table == 0
            ? throw new OnnxRuntimeException(
                $"The native library '{path}' is ONNX Runtime {version}, which is too old: 1.{requiredVersion} or later is needed. {OrtLibraryFinder.Packages}")
            : new OrtRuntime(new OrtApi(table), path, version);
    }

    private ImmutableArray<string> ReadProviders()
    {
        byte** names;
        int count;
        Api.Check(Api.GetAvailableProviders(&names, &count), "The execution providers could not be listed");
        ImmutableArray<string>.Builder providers = ImmutableArray.CreateBuilder<string>(count);
        for (int i = 0; i < count; i++)
        {
            providers.Add(Marshal.PtrToStringUTF8((nint)names[i]) ?? "");
        }

        Api.Check(Api.ReleaseAvailableProviders(names, count), "The execution providers could not be listed");
        return providers.ToImmutable();
    }
}
