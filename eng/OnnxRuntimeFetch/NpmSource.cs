using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace LlmRouting.Engineering;

/// <summary>Takes the library out of the npm package onnxruntime-node, which holds the same official builds.</summary>
/// <remarks><c>npm pack</c> only downloads: no script of the package runs. The archive must be the one whose hash stands here.</remarks>
internal static class NpmSource
{
    // npm view onnxruntime-node@1.30.0 dist.integrity
    private const string Sha512 = "twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==";

    public static async Task<bool> TryFetchAsync(string scratch, string unpacked, List<string> reasons)
    {
        string[] arguments = ["pack", $"onnxruntime-node@{RuntimeFetch.Version}", "--silent", "--fetch-retries=1", "--pack-destination", scratch];
        (int code, string output) = await Tool.RunAsync(
            OperatingSystem.IsWindows() ? "cmd" : "npm", OperatingSystem.IsWindows() ? ["/c", "npm", .. arguments] : arguments, scratch);
        string archive = Path.Combine(scratch, $"onnxruntime-node-{RuntimeFetch.Version}.tgz");
        if (code != 0 || !File.Exists(archive))
        {
            reasons.Add($"npm could not fetch onnxruntime-node {RuntimeFetch.Version} (exit code {code}{(code < 0 ? ": " + output : "")}).");
            return false;
        }

        using (FileStream file = File.OpenRead(archive))
        {
            string hash = Convert.ToBase64String(await SHA512.HashDataAsync(file));
            if (hash != Sha512)
            {
                reasons.Add($"The npm package onnxruntime-node {RuntimeFetch.Version} has the hash {hash}, not the one that is expected; it was not used.");
                return false;
            }
        }

        return await UnpackAsync(archive, unpacked, reasons);
    }

    private static async Task<bool> UnpackAsync(string archive, string unpacked, List<string> reasons)
    {
        string[] rid = RuntimeFetch.Rid.Split('-');
        string folder = $"package/bin/napi-v6/{rid[0] switch { "win" => "win32", "osx" => "darwin", _ => "linux" }}/{rid[1]}/";
        await using FileStream file = File.OpenRead(archive);
        await using GZipStream zip = new(file, CompressionMode.Decompress);
        await using TarReader tar = new(zip);
        bool found = false;
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            // Only plain library files by their last name: no path of the archive decides where anything is written.
            string name = Path.GetFileName(entry.Name);
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile
                && entry.Name.StartsWith(folder, StringComparison.Ordinal)
                && Path.GetExtension(name) != ".node"
                && !name.Contains(RuntimeFetch.Version, StringComparison.Ordinal))
            {
                await entry.ExtractToFileAsync(Path.Combine(unpacked, name), overwrite: false);
                found = true;
            }
        }

        if (!found)
        {
            reasons.Add($"The npm package onnxruntime-node {RuntimeFetch.Version} holds no library for {RuntimeFetch.Rid}.");
        }

        return found;
    }
}
