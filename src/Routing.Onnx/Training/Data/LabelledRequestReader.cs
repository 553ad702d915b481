using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace LlmRouting.Onnx.Training.Data;

/// <summary>Reads labelled requests from JSON Lines: one object a line, UTF-8, empty lines skipped.</summary>
/// <remarks>
/// <para>Thread-safe. Reads a file once, in pieces; holds no more than a line and what it made of the lines before.</para>
/// <para>A line that cannot be used is named in <see cref="LabelledData.Rejected"/> and left out. When more than a set share of a file's
/// lines is like that, the file is taken to be something else and reading fails.</para>
/// </remarks>
public sealed class LabelledRequestReader
{
    private const int MostNamed = 1000;
    private const int BlockSize = 1 << 16;
    private readonly double _maxRejectedShare;
    private readonly int _maxLineBytes;

    /// <summary>Creates a reader.</summary>
    /// <param name="maxRejectedShare">The share of a file's lines that may be unusable, 0 to 1; default 0.1.</param>
    /// <param name="maxLineBytes">The longest line that is read, in bytes, at least 1,024; default 16 MiB. Longer ones are rejected.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of range.</exception>
    public LabelledRequestReader(double maxRejectedShare = 0.1, int maxLineBytes = 1 << 24)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxRejectedShare);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxRejectedShare, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLineBytes, 1024);
        _maxRejectedShare = maxRejectedShare;
        _maxLineBytes = maxLineBytes;
    }

    /// <summary>Reads files.</summary>
    /// <param name="paths">The files, at least one.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What could be used, and what could not.</returns>
    /// <exception cref="LabelledDataException">A file is missing, or too much of it cannot be used.</exception>
    public LabelledData Read(IReadOnlyList<string> paths, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfZero(paths.Count, nameof(paths));
        var result = new Result();
        foreach (string path in paths)
        {
            if (!File.Exists(path))
            {
                throw new LabelledDataException($"There is no file '{path}'; name a JSON Lines file of labelled requests.");
            }

            using FileStream stream = File.OpenRead(path);
            ReadStream(stream, Path.GetFileName(path), result, cancellationToken);
        }

        return result.ToData();
    }

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">The stream, read to its end and left open.</param>
    /// <param name="name">What to call it in <see cref="RejectedLine.File"/>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What could be used, and what could not.</returns>
    /// <exception cref="LabelledDataException">Too much of it cannot be used.</exception>
    public LabelledData Read(Stream stream, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var result = new Result();
        ReadStream(stream, name, result, cancellationToken);
        return result.ToData();
    }

    private void ReadStream(Stream stream, string name, Result result, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            int held = 0, line = 0, used = 0, rejected = 0, read;
            bool isTooLong = false;
            while ((read = stream.Read(buffer, held, buffer.Length - held)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                result.Hash.AppendData(buffer, held, read);
                int start = 0, newline;
                int end = held + read;
                while ((newline = buffer.AsSpan(start, end - start).IndexOf((byte)'\n')) >= 0)
                {
                    TakeLine(buffer.AsMemory(start, newline), isTooLong);
                    isTooLong = false;
                    start += newline + 1;
                }

                held = end - start;
                buffer.AsSpan(start, held).CopyTo(buffer);
                if (held > _maxLineBytes)
                {
                    isTooLong = true;
                    held = 0;
                }
                else if (held == buffer.Length)
                {
                    buffer = Grow(buffer, held);
                }
            }

            if (held > 0 || isTooLong)
            {
                TakeLine(buffer.AsMemory(0, held), isTooLong);
            }

            ThrowIfUnfit(name, used, rejected, result);

            void TakeLine(ReadOnlyMemory<byte> bytes, bool tooLong)
            {
                line++;
                bytes = line == 1 && bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
                if (tooLong || bytes.Length > _maxLineBytes)
                {
                    rejected++;
                    result.Reject(name, line, $"the line is longer than {_maxLineBytes} bytes");
                }
                else if (bytes.Span.ContainsAnyExcept(" \t\r"u8))
                {
                    if (LabelledRequestParser.Parse(bytes, name, line, out string? reason) is { } request)
                    {
                        used++;
                        result.Requests.Add(request);
                    }
                    else
                    {
                        rejected++;
                        result.Reject(name, line, reason!); // Parse gives a reason whenever it gives no request.
                    }
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static byte[] Grow(byte[] buffer, int held)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, held).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        return larger;
    }

    private void ThrowIfUnfit(string name, int used, int rejected, Result result)
    {
        if (used == 0)
        {
            throw new LabelledDataException(rejected == 0
                ? $"'{name}' is empty; it must hold one JSON object a line."
                : $"'{name}' holds no usable request; the first problem: {result.Rejected[^Math.Min(rejected, result.Rejected.Count)]}.");
        }

        if (rejected > _maxRejectedShare * (used + rejected))
        {
            throw new LabelledDataException(
                $"{rejected} of the {used + rejected} lines of '{name}' cannot be used, which is more than {_maxRejectedShare:P0}; the first problem: "
                + $"{result.Rejected[^Math.Min(rejected, result.Rejected.Count)]}. Correct the file, or allow a larger share.");
        }
    }

    private sealed class Result
    {
        public List<LabelledRequest> Requests { get; } = [];

        public List<RejectedLine> Rejected { get; } = [];

        public IncrementalHash Hash { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        private int RejectedCount { get; set; }

        public void Reject(string name, int line, string reason)
        {
            RejectedCount++;
            if (Rejected.Count < MostNamed)
            {
                Rejected.Add(new RejectedLine(name, line, reason));
            }
        }

        public LabelledData ToData()
        {
            using (Hash)
            {
                return new LabelledData([.. Requests], [.. Rejected], RejectedCount, Convert.ToHexStringLower(Hash.GetHashAndReset()));
            }
        }
    }
}
