using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LlmRouting.Onnx.Native;

/// <summary>Reads off a native library's first bytes which processor and system it was built for.</summary>
/// <remarks>Loaders say "cannot open" or "invalid format" when that is wrong; this says what is wrong.</remarks>
internal static class NativeImage
{
    /// <summary>Describes a library.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Such as "Linux Arm64"; null when it is no native library of a known kind.</returns>
    public static string? Describe(string path)
    {
        Span<byte> head = stackalloc byte[1024];
        try
        {
            using FileStream file = File.OpenRead(path);
            head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return Describe(head);
    }

    /// <summary>Describes a library by its first bytes.</summary>
    public static string? Describe(ReadOnlySpan<byte> head)
    {
        if (head.Length < 64)
        {
            return null;
        }

        // ELF: e_machine at 18. Mach-O: cputype at 4. PE: e_lfanew at 60, then "PE\0\0" and Machine.
        if (head[..4].SequenceEqual("\u007fELF"u8))
        {
            return $"Linux {Machine(BinaryPrimitives.ReadUInt16LittleEndian(head[18..]), 62, 183)}";
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(head) == 0xFEEDFACF)
        {
            return $"macOS {Machine(BinaryPrimitives.ReadInt32LittleEndian(head[4..]), 0x01000007, 0x0100000C)}";
        }

        int start = BinaryPrimitives.ReadInt32LittleEndian(head[60..]);
        return head[..2].SequenceEqual("MZ"u8) && start > 0 && start <= head.Length - 6 && head.Slice(start, 4).SequenceEqual("PE\0\0"u8)
            ? $"Windows {Machine(BinaryPrimitives.ReadUInt16LittleEndian(head[(start + 4)..]), 0x8664, 0xAA64)}"
            : null;
    }

    /// <summary>Gets what a library must be here.</summary>
    public static string Here =>
        $"{(OperatingSystem.IsWindows() ? "Windows" : OperatingSystem.IsMacOS() ? "macOS" : "Linux")} {RuntimeInformation.ProcessArchitecture}";

    private static string Machine(int value, int x64, int arm64) => value == x64 ? "X64" : value == arm64 ? "Arm64" : "of another processor";
}
