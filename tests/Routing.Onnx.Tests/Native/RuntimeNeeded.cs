using LlmRouting.Onnx.Native;

namespace LlmRouting.Onnx.Tests.Native;

/// <summary>Gets the native library that the build fetched, or skips the test.</summary>
internal static class RuntimeNeeded
{
    public static OrtRuntime Load()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "runtimes");
        if (!Directory.Exists(folder) || !Directory.EnumerateFiles(folder, "*onnxruntime*", SearchOption.AllDirectories).Any())
        {
            Assert.Ignore("The native library of ONNX Runtime could not be fetched when this was built; see eng/OnnxRuntime.targets.");
        }

        return OrtRuntime.Load();
    }
}
