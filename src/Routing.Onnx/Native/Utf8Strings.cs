using System.Runtime.InteropServices;

namespace LlmRouting.Onnx.Native;

/// <summary>Holds strings as native code wants them, until it is disposed.</summary>
internal sealed unsafe class Utf8Strings : IDisposable
{
    private readonly byte** _pointers;
    private readonly int _count;

    public Utf8Strings(IReadOnlyList<string> values)
    {
        _count = values.Count;
        _pointers = (byte**)NativeMemory.AllocZeroed((nuint)Math.Max(1, _count), (nuint)sizeof(byte*));
        for (int i = 0; i < _count; i++)
        {
            _pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(values[i]);
        }
    }

    public byte** Pointers => _pointers;

    public void Dispose()
    {
        for (int i = 0; i < _count; i++)
        {
            Marshal.FreeCoTaskMem((nint)_pointers[i]);
        }

        NativeMemory.Free(_pointers);
    }
}
