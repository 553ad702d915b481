// Gets the native library of ONNX Runtime for tests, samples and measurements: OnnxRuntimeFetch <cache folder>
// Asks NuGet first and npm then, checks what came, and prints the folder that holds it. Without either it says so and fails nothing:
// what needs the library is skipped.
using LlmRouting.Engineering;

if (args is not [var cache])
{
    Console.Error.WriteLine("Usage: OnnxRuntimeFetch <cache folder>");
    return 2;
}

return await RuntimeFetch.RunAsync(cache);
