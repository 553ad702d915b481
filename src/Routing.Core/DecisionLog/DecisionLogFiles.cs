using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace LlmRouting.DecisionLog;

/// <summary>Is the series of files that one process writes: one for each day and size, the oldest deleted.</summary>
/// <remarks>Not thread-safe. A file's name holds a word of chance, and the file is opened anew: two processes never write one.</remarks>
internal sealed partial class DecisionLogFiles(DecisionLogSettings settings, Func<string, Stream>? create = null) : IDisposable
{
    private readonly Func<string, Stream> _create = create ?? Create;
    private readonly string _folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(settings.Path))!; // not null: the path names a file
    private readonly string _stem = System.IO.Path.GetFileNameWithoutExtension(settings.Path);
    private readonly string _extension = System.IO.Path.GetExtension(settings.Path);
    private readonly string _process = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
    private Stream? _stream;
    private string? _path;
    private long _whole;
    private DateOnly _day;
    private int _number;

    /// <summary>Gets the file that is being written; null when none is.</summary>
    public string? Current => _stream is null ? null : _path;

    /// <summary>Gets how long the current file is.</summary>
    public long Length => _stream?.Length ?? 0;

    /// <summary>Writes whole lines, and hands them to the operating system.</summary>
    public void Write(ReadOnlySpan<byte> lines, DateOnly day)
    {
        if (_stream is null || _day != day || (_stream.Length > 0 && _stream.Length + lines.Length > settings.MaxFileBytes))
        {
            Open(day);
        }

        _stream!.Write(lines); // not null: just opened
        _stream.Flush();
        _whole = _stream.Length;
    }

    /// <summary>Closes the current file after a write that failed; what it left of its lines is taken away, and the file if it holds nothing else.</summary>
    /// <remarks>
    /// A full disk lets files begin, but not be written: kept, they would be one more with each try, and the oldest would be deleted for them.
    /// </remarks>
    public void Abandon()
    {
        Stream? stream = _stream;
        try
        {
            stream?.SetLength(_whole);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A line that is cut off is the file's last, and readers bear it.
        }

        Dispose();
        if (stream is null || _whole > 0)
        {
            return;
        }

        try
        {
            File.Delete(_path!); // not null: there was a stream
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // An empty file does no harm.
        }
    }

    /// <summary>Closes the current file; the next line goes to another one.</summary>
    public void Dispose()
    {
        Stream? stream = _stream;
        _stream = null;
        try
        {
            stream?.Dispose();
        }
        catch (IOException)
        {
            // Nothing is buffered here; what could not be written was reported when it was written.
        }
    }

    private void Open(DateOnly day)
    {
        Dispose();
        Directory.CreateDirectory(_folder);
        string name = string.Create(CultureInfo.InvariantCulture, $"{_stem}-{day:yyyyMMdd}-{_process}-{++_number:0000}{_extension}");
        _path = System.IO.Path.Combine(_folder, name);
        _whole = 0;
        _stream = _create(_path);
        _day = day;
        DeleteOldest();
    }

    // Nothing is buffered: what a crash of the process could lose would not be in a file yet, and would be counted as written.
    private static FileStream Create(string path) => new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);

    private void DeleteOldest()
    {
        if (settings.MaxFiles is not { } most)
        {
            return;
        }

        FileInfo[] files = [.. new DirectoryInfo(_folder).EnumerateFiles().Where(IsOfThisLog)];
        if (files.Length <= most)
        {
            return;
        }

        foreach (FileInfo file in files
            .OrderBy(static file => file.LastWriteTimeUtc)
            .ThenBy(static file => file.Name, StringComparer.Ordinal)
            .Where(file => file.FullName != _path)
            .Take(files.Length - most))
        {
            try
            {
                // Opened for nobody else: a file that another process still writes stays.
                using FileStream last = new(file.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It is in use, or not ours to delete; the next file brings the next chance.
            }
        }
    }

    // The whole name is looked at: what merely begins alike belongs to another log, or to somebody who keeps it.
    private bool IsOfThisLog(FileInfo file)
    {
        string name = file.Name;
        return name.Length > _stem.Length + _extension.Length
            && name.StartsWith(_stem, StringComparison.Ordinal)
            && name.EndsWith(_extension, StringComparison.Ordinal)
            && NameBetween().IsMatch(name.AsSpan(_stem.Length, name.Length - _stem.Length - _extension.Length));
    }

    // The day, the process and the number, as Open writes them.
    [GeneratedRegex(@"\A-[0-9]{8}-[0-9a-f]{8}-[0-9]{4,}\z")]
    private static partial Regex NameBetween();
}
