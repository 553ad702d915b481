using System.Collections.Concurrent;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>Lends text buffers to steps that need one for themselves.</summary>
internal static class BufferPool
{
    private static readonly ConcurrentQueue<TextBuffer> Idle = new();

    internal static TextBuffer Rent() => Idle.TryDequeue(out TextBuffer? buffer) ? buffer : new TextBuffer();

    internal static void Return(TextBuffer buffer)
    {
        if (Idle.Count < 4 * Environment.ProcessorCount)
        {
            buffer.Trim();
            Idle.Enqueue(buffer);
        }
    }
}
