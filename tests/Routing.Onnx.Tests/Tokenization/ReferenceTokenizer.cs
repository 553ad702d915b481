using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace LlmRouting.Onnx.Tests.Tokenization;

// @huggingface/tokenizers, installed by npm into artifacts/. Without npm, node or a package source, tests that want it are skipped and say why.
internal static class ReferenceTokenizer
{
    private static readonly Lazy<(string Folder, string? Problem)> Installed = new(Install);

    internal static int[][] Encode(string tokenizerJson, IReadOnlyList<string> texts)
    {
        string work = Workspace();
        string tokenizer = Path.Combine(work, "tokenizer.json");
        File.WriteAllText(tokenizer, tokenizerJson);
        string output = Run(work, texts, "encode", tokenizer);
        return JsonSerializer.Deserialize<int[][]>(File.ReadAllBytes(output)) ?? [];
    }

    internal static string[][] Normalize(IReadOnlyList<string> texts) =>
        JsonSerializer.Deserialize<string[][]>(File.ReadAllBytes(Run(Workspace(), texts, "normalize"))) ?? [];

    private static string Workspace()
    {
        (string folder, string? problem) = Installed.Value;
        if (problem is not null)
        {
            Assert.Ignore($"The reference tokenizer is not to be had: {problem}");
        }

        string work = Path.Combine(folder, "work", TestContext.CurrentContext.Test.ID);
        Directory.CreateDirectory(work);
        return work;
    }

    private static string Run(string work, IReadOnlyList<string> texts, string command, params string[] arguments)
    {
        string input = Path.Combine(work, "texts.json");
        string output = Path.Combine(work, "output.json");
        File.WriteAllText(input, Escape(texts));
        string? problem = Start("node", Installed.Value.Folder, ["reference.mjs", command, .. arguments, input, output]);
        Assert.That(problem, Is.Null);
        return output;
    }

    // Every unit by its number, so that broken surrogates arrive as they are.
    private static string Escape(IReadOnlyList<string> texts)
    {
        var json = new StringBuilder("[");
        foreach (string text in texts)
        {
            json.Append(json.Length > 1 ? ",\"" : "\"");
            foreach (char c in text)
            {
                json.Append("\\u").Append(((int)c).ToString("x4", null));
            }

            json.Append('"');
        }

        return json.Append(']').ToString();
    }

    private static (string Folder, string? Problem) Install()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "LlmRouting.sln")))
        {
            root = Path.GetDirectoryName(root);
        }

        if (root is null)
        {
            return ("", "the repository was not found above the test's folder.");
        }

        string source = Path.Combine(root, "tests", "Routing.Onnx.Tests", "Tokenization", "Reference");
        string target = Path.Combine(root, "artifacts", "tokenizer-reference");
        Directory.CreateDirectory(target);
        bool isCurrent = Directory.Exists(Path.Combine(target, "node_modules"));
        foreach (string file in Directory.GetFiles(source))
        {
            string copy = Path.Combine(target, Path.GetFileName(file));
            isCurrent &= Path.GetFileName(file) != "package-lock.json" || (File.Exists(copy) && File.ReadAllText(copy) == File.ReadAllText(file));
            File.Copy(file, copy, overwrite: true);
        }

        return (target, isCurrent ? null : Start(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", target, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]));
    }

    private static string? Start(string program, string folder, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true };
        try
        {
            using Process process = Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            _ = output.Result;
            return process.ExitCode == 0 ? null : $"'{program}' ended with {process.ExitCode}: {error[..Math.Min(error.Length, 2000)]}";
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return $"'{program}' cannot be started: {exception.Message}";
        }
    }
}
