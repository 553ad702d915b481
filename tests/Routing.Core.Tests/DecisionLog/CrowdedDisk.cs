namespace LlmRouting.Core.Tests.DecisionLog;

/// <summary>Is a disk that has room until a test fills it, and then takes what a test lets it take of each write.</summary>
internal sealed class CrowdedDisk
{
    /// <summary>Gets or sets whether there is no room.</summary>
    public bool IsFull { get; set; }

    /// <summary>Gets or sets how many bytes of a write a full disk still takes before it says so.</summary>
    public int LastBytes { get; set; }

    /// <summary>Gets or sets whether a full disk says so only when it is asked to flush.</summary>
    public bool SaysSoLate { get; set; }

    /// <summary>Gets how many files were begun.</summary>
    public int Opened { get; private set; }

    public Stream Create(string path)
    {
        Opened++;
        return new Crowded(this, path);
    }

    private sealed class Crowded(CrowdedDisk disk, string path) : FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0)
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (!disk.IsFull || disk.SaysSoLate)
            {
                base.Write(buffer);
                return;
            }

            base.Write(buffer[..Math.Min(disk.LastBytes, buffer.Length)]);
            throw new IOException("No space left on device");
        }

        public override void Flush()
        {
            if (disk.IsFull)
            {
                throw new IOException("No space left on device");
            }

            base.Flush();
        }
    }
}
