using System.Runtime.InteropServices;

namespace LlmRouting.Onnx.Native;

/// <summary>Owns one native object of ONNX Runtime and releases it once nobody uses it any more.</summary>
/// <remarks>A call that is under way holds a reference, so disposing in the middle of it is safe: the object goes when the call has ended.</remarks>
internal sealed unsafe class OrtHandle : SafeHandle
{
    private readonly delegate* unmanaged<nint, void> _release;
    private nint[] _names = [];

    public OrtHandle(nint handle, delegate* unmanaged<nint, void> release)
        : base(0, ownsHandle: true)
    {
        _release = release;
        SetHandle(handle);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Lets native strings live as long as the object.</summary>
    public void Keep(params nint[] names) => _names = names;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _release(handle);
        foreach (nint name in _names)
        {
            Marshal.FreeCoTaskMem(name);
        }

        return true;
    }
}
