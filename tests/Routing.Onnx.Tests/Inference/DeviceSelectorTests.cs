using System.Collections.Immutable;
using LlmRouting.Onnx.Inference;

namespace LlmRouting.Onnx.Tests.Inference;

public sealed class DeviceSelectorTests
{
    private static readonly ImmutableArray<string> All =
        ["TensorrtExecutionProvider", "CUDAExecutionProvider", "DmlExecutionProvider", "CoreMLExecutionProvider", "WebGpuExecutionProvider", "CPUExecutionProvider"];

    [Test]
    public void Auto_TriesTheBestFirst_AndSaysWhyItWasNotTaken()
    {
        List<OnnxDevice> tried = [];

        DeviceChoice<OnnxDevice> choice = DeviceSelector.Select(OnnxDevice.Auto, false, All, device =>
        {
            tried.Add(device);
            return device == OnnxDevice.CoreMl ? device : throw new OnnxRuntimeException($"no {device} here.");
        });

        Assert.That(tried, Is.EqualTo((OnnxDevice[])[OnnxDevice.Cuda, OnnxDevice.DirectMl, OnnxDevice.CoreMl]));
        Assert.That(choice.Device, Is.EqualTo(OnnxDevice.CoreMl));
        Assert.That(choice.Reason, Is.EqualTo("Cuda: no Cuda here; DirectMl: no DirectMl here"));
    }

    [Test]
    public void Auto_TriesNothingThatTheLibraryWasNotBuiltWith()
    {
        DeviceChoice<OnnxDevice> choice = DeviceSelector.Select(OnnxDevice.Auto, false, ["CPUExecutionProvider"], static device => device);

        Assert.That(choice.Device, Is.EqualTo(OnnxDevice.Cpu));
        Assert.That(choice.Reason, Does.Contain("WebGpu: the native library was not built with it"));
    }

    [Test]
    public void Cpu_TriesNothingElse()
    {
        DeviceChoice<OnnxDevice> choice = DeviceSelector.Select(OnnxDevice.Cpu, true, All, static device => device);

        Assert.That((choice.Device, choice.Reason), Is.EqualTo((OnnxDevice.Cpu, (string?)null)));
    }

    [Test]
    public void Required_DeviceThatFails_IsAnError() =>
        Assert.That(
            () => DeviceSelector.Select<int>(OnnxDevice.Cuda, true, All, static _ => throw new OnnxRuntimeException("no driver")),
            Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("Cuda: no driver").And.Message.Contains("RequireDevice"));

    [Test]
    public void ModelThatOpensNowhere_IsTheProcessorsError() =>
        Assert.That(
            () => DeviceSelector.Select<int>(OnnxDevice.Auto, false, All, static device => throw new OnnxRuntimeException($"broken on {device}")),
            Throws.TypeOf<OnnxRuntimeException>().With.Message.EqualTo("broken on Cpu"));
}
