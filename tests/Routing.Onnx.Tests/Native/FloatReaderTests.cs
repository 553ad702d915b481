using System.Runtime.InteropServices;
using LlmRouting.Onnx.Native;

namespace LlmRouting.Onnx.Tests.Native;

[TestFixture]
internal sealed class FloatReaderTests
{
    // All of them are exact in the narrowest type.
    private static readonly float[] Values = [0f, 1f, -2.5f, 96f, float.PositiveInfinity];

    private static IEnumerable<TestCaseData> Numbers =>
    [
        new(OrtElementType.Float, MemoryMarshal.AsBytes(Values.AsSpan()).ToArray()),
        new(OrtElementType.Double, MemoryMarshal.AsBytes(Array.ConvertAll(Values, static value => (double)value).AsSpan()).ToArray()),
        new(OrtElementType.Float16, MemoryMarshal.AsBytes(Array.ConvertAll(Values, static value => (Half)value).AsSpan()).ToArray()),
        new(OrtElementType.BFloat16, MemoryMarshal.AsBytes(Array.ConvertAll(Values, static value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)).AsSpan()).ToArray()),
    ];

    [TestCaseSource(nameof(Numbers))]
    public void Read_GivesTheSameNumbersWhateverTheirType(OrtElementType type, byte[] source)
    {
        float[] read = new float[Values.Length];

        FloatReader.Read(source, type, read);

        Assert.That(read, Is.EqualTo(Values));
    }

    [Test]
    public void Read_OfWhatIsNoFloatingNumber_NamesIt() =>
        Assert.That(() => FloatReader.Read(new byte[8], OrtElementType.Int64, new float[1]), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("Int64"));
}
