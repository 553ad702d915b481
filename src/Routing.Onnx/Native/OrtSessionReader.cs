using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace LlmRouting.Onnx.Native;

/// <summary>Reads what a session says of its model: inputs, outputs and metadata.</summary>
/// <remarks>Needed only while the session is opened, and does not own it.</remarks>
internal sealed unsafe class OrtSessionReader(OrtRuntime runtime, nint session, string model)
{
    private readonly OrtApi _api = runtime.Api;

    public ImmutableArray<OrtValueInfo> ReadInputs() => ReadInfos(_api.SessionGetInputCount, _api.SessionGetInputName, _api.SessionGetInputTypeInfo);

    public ImmutableArray<OrtValueInfo> ReadOutputs() => ReadInfos(_api.SessionGetOutputCount, _api.SessionGetOutputName, _api.SessionGetOutputTypeInfo);

    public FrozenDictionary<string, string> ReadMetadata()
    {
        string action = $"The metadata of the model '{model}' could not be read";
        nint metadata;
        _api.Check(_api.SessionGetModelMetadata(session, &metadata), action);
        try
        {
            byte** keys;
            long count;
            _api.Check(_api.ModelMetadataGetCustomMetadataMapKeys(metadata, runtime.Allocator, &keys, &count), action);
            Dictionary<string, string> map = new((int)count, StringComparer.Ordinal);
            for (long i = 0; i < count; i++)
            {
                byte* value;
                _api.Check(_api.ModelMetadataLookupCustomMetadataMap(metadata, runtime.Allocator, keys[i], &value), action);
                map[Take(keys[i])] = Take(value);
            }

            if (keys is not null)
            {
                _api.Check(_api.AllocatorFree(runtime.Allocator, keys), action);
            }

            return map.ToFrozenDictionary(StringComparer.Ordinal);
        }
        finally
        {
            _api.ReleaseModelMetadata(metadata);
        }
    }

    private ImmutableArray<OrtValueInfo> ReadInfos(
        delegate* unmanaged<nint, nuint*, nint> getCount,
        delegate* unmanaged<nint, nuint, nint, byte**, nint> getName,
        delegate* unmanaged<nint, nuint, nint*, nint> getType)
    {
        string action = $"The model '{model}' could not be described";
        nuint count;
        _api.Check(getCount(session, &count), action);
        ImmutableArray<OrtValueInfo>.Builder infos = ImmutableArray.CreateBuilder<OrtValueInfo>((int)count);
        for (nuint i = 0; i < count; i++)
        {
            byte* name;
            _api.Check(getName(session, i, runtime.Allocator, &name), action);
            string text = Take(name);
            nint type;
            _api.Check(getType(session, i, &type), action);
            try
            {
                infos.Add(ReadInfo(text, type, action));
            }
            finally
            {
                _api.ReleaseTypeInfo(type);
            }
        }

        return infos.ToImmutable();
    }

    private OrtValueInfo ReadInfo(string name, nint type, string action)
    {
        nint tensor; // belongs to the type
        _api.Check(_api.CastTypeInfoToTensorInfo(type, &tensor), action);
        if (tensor == 0)
        {
            return new(name, OrtElementType.Undefined, []);
        }

        int elementType;
        nuint rank;
        _api.Check(_api.GetTensorElementType(tensor, &elementType), action);
        _api.Check(_api.GetDimensionsCount(tensor, &rank), action);
        long[] shape = new long[rank];
        fixed (long* dimensions = shape)
        {
            _api.Check(_api.GetDimensions(tensor, dimensions, rank), action);
        }

        return new(name, (OrtElementType)elementType, ImmutableCollectionsMarshal.AsImmutableArray(shape));
    }

    // The runtime allocates names and hands them over.
    private string Take(byte* text)
    {
        if (text is null)
        {
            return "";
        }

        string value = Marshal.PtrToStringUTF8((nint)text) ?? "";
        _api.Check(_api.AllocatorFree(runtime.Allocator, text), "A name could not be freed");
        return value;
    }
}
