using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LlmRouting.Onnx.Native;

namespace LlmRouting.Onnx.Tests.Native;

public sealed class OrtRuntimeTests
{
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("llm-routing-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Load_FindsTheLibraryWhereAPackagePutsIt()
    {
        OrtRuntime runtime = RuntimeNeeded.Load();

        Assert.That(runtime.Path, Does.Contain("runtimes"));
        Assert.That(runtime.Version, Does.StartWith("1."));
        Assert.That(runtime.Providers, Does.Contain("CPUExecutionProvider"));
    }

    [Test]
    public void Load_OfTheSamePlace_LoadsOnce()
    {
        OrtRuntime first = RuntimeNeeded.Load();

        Assert.That(OrtRuntime.Load(), Is.SameAs(first));
    }

    [Test]
    public void Load_OfNoLibrary_NamesThePackagesToAdd() =>
        Assert.That(
            () => OrtRuntime.Load(_folder),
            Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains(_folder).And.Message.Contains("Microsoft.ML.OnnxRuntime.Gpu"));

    [Test]
    public void Load_OfAnotherProcessorsLibrary_SaysWhichItIsFor()
    {
        string path = Path.Combine(_folder, "onnxruntime.bin");
        File.WriteAllBytes(path, Elf(machine: 21));

        Assert.That(
            () => OrtLibraryFinder.LoadFile(path),
            Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("built for Linux of another processor").And.Message.Contains(NativeImage.Here));
    }

    [Test]
    public void Load_OfAFileThatIsNoLibrary_SaysSo()
    {
        string path = Path.Combine(_folder, "onnxruntime.bin");
        File.WriteAllText(path, "not a library");

        Assert.That(() => OrtLibraryFinder.LoadFile(path), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("no native library"));
    }

    [Test]
    public void Open_OfAnotherLibrary_SaysThatItIsNotOnnxRuntime() =>
        Assert.That(
            () => OrtRuntime.Open(NativeLibrary.GetMainProgramHandle(), "main", OrtApi.RequiredVersion),
            Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("is not ONNX Runtime"));

    [Test]
    public void Open_OfATooOldRuntime_NamesItsVersionAndTheOneNeeded()
    {
        OrtRuntime runtime = RuntimeNeeded.Load();

        // A runtime answers a version that is newer than itself as an old one answers ours.
        Assert.That(
            () => OrtRuntime.Open(NativeLibrary.Load(runtime.Path), runtime.Path, 9999),
            Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains(runtime.Version).And.Message.Contains("too old: 1.9999"));
    }

    [Test]
    public void Session_OfACorruptModel_QuotesTheRuntime()
    {
        OrtRuntime runtime = RuntimeNeeded.Load();
        using OrtSessionOptions options = new(runtime);

        Assert.That(
            () => OrtSession.Open(runtime, "this is no model"u8, "broken", options),
            Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("'broken'").And.Message.Contains("ONNX Runtime says"));
    }

    [Test]
    public void Session_OfAMissingModel_NamesThePath()
    {
        OrtRuntime runtime = RuntimeNeeded.Load();
        using OrtSessionOptions options = new(runtime);
        string path = Path.Combine(_folder, "model.onnx");

        Assert.That(() => OrtSession.Open(runtime, path, options), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains(path));
    }

    [TestCase((ushort)62, "Linux X64")]
    [TestCase((ushort)183, "Linux Arm64")]
    public void Describe_ReadsTheProcessor(ushort machine, string expected) => Assert.That(NativeImage.Describe(Elf(machine)), Is.EqualTo(expected));

    private static byte[] Elf(ushort machine)
    {
        byte[] head = new byte[128];
        "\u007fELF"u8.CopyTo(head);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(18), machine);
        return head;
    }
}
