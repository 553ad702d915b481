using System.Text;

namespace LlmRouting.DecisionLog;

/// <summary>Reads a file of the decision log, also one that is being written or was cut off by a crash.</summary>
/// <remarks>Not thread-safe. Read once.</remarks>
internal sealed class DecisionLogReader(string path)
{
    private readonly List<string> _errors = [];

    /// <summary>Gets whether the last line was cut off: the crash that did it cost that record.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Gets what is wrong with lines that are no records, each with the number of the line.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Reads the records one after the other.</summary>
    public IEnumerable<LoggedDecision> Read()
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        bool isWhole = EndsWithLine(stream);
        long length = stream.Length;
        using StreamReader reader = new(stream, Encoding.UTF8);
        string? line = reader.ReadLine();
        for (int number = 1; line is not null; number++)
        {
            string? next = reader.ReadLine();
            LoggedDecision? record = null;
            try
            {
                record = line.Length == 0 ? null : DecisionRecordReader.Read(line);
            }
            catch (FormatException exception)
            {
                // A file that has grown meanwhile may end in the middle of what is being written.
                if (next is null && (!isWhole || stream.Length != length))
                {
                    IsCut = true;
                }
                else
                {
                    _errors.Add(FormattableString.Invariant($"{Path.GetFileName(path)}:{number}: {exception.Message}"));
                }
            }

            if (record is not null)
            {
                yield return record;
            }

            line = next;
        }
    }

    private static bool EndsWithLine(FileStream stream)
    {
        if (stream.Length == 0)
        {
            return true;
        }

        stream.Seek(-1, SeekOrigin.End);
        bool isWhole = stream.ReadByte() == '\n';
        stream.Seek(0, SeekOrigin.Begin);
        return isWhole;
    }
}
