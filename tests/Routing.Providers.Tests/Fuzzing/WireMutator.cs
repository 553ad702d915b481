using System.Text;

namespace LlmRouting.Providers.Fuzzing;

/// <summary>Changes what a service sends: its bytes, the events of a stream, or the JSON in them.</summary>
internal sealed class WireMutator(Random random)
{
    private static readonly string[] Frames =
    [
        "data: [DONE]", "data: [done]", "data:", "data", ": comment", "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"x\"}}", "event: ping\ndata: {\"type\":\"ping\"}",
        "data: {\"error\":\"x\"}", "data: null", "data: 1", "data: []", "data: {}", "event: message_stop\ndata: {\"type\":\"message_stop\"}", "id: 1\nretry: 1", "event: never_heard_of_it\ndata: {}",
        "event: message_start\ndata: {}", "data: {\"choices\":[{}]}", "data: {\"choices\":null}", "<html>", "data: a\ndata: b",
    ];

    private readonly JsonMutator _json = new(random);

    /// <summary>Changes a sample in up to four places.</summary>
    public byte[] Mutate(WireSample sample)
    {
        byte[] bytes = sample.Bytes;
        for (int left = random.Next(5); left > 0; left--)
        {
            bytes = (random.Next(10), sample.IsStream) switch
            {
                (< 3, _) => MutateBytes(bytes),
                (< 6, true) => MutateFrames(bytes),
                (_, true) => MutateData(bytes),
                _ => Encoding.UTF8.GetBytes(_json.Mutate(Encoding.UTF8.GetString(bytes))),
            };
        }

        return bytes;
    }

    private byte[] MutateBytes(byte[] bytes)
    {
        int at = random.Next(bytes.Length + 1);
        int length = random.Next(Math.Min(64, bytes.Length - at) + 1);
        switch (random.Next(8))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 2:
                return [.. bytes[..at], .. bytes.AsSpan(at, length), .. bytes[at..]];
            case 3:
                byte[] noise = new byte[random.Next(1, 9)];
                random.NextBytes(noise);
                return [.. bytes[..at], .. noise, .. bytes[at..]];
            case 4:
                return [0xEF, 0xBB, 0xBF, .. bytes];
            case 5:
                return [.. bytes[..at], .. "\r\n"u8, .. bytes[at..]];
            case 6:
                return [.. bytes[..at], 0xC3, .. bytes[at..]];
            default:
                byte[] flipped = [.. bytes];
                for (int left = random.Next(1, 4); left > 0 && flipped.Length > 0; left--)
                {
                    flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
                }

                return flipped;
        }
    }

    private byte[] MutateFrames(byte[] bytes)
    {
        List<string> frames = Split(bytes, out string end);
        int at = random.Next(frames.Count);
        switch (random.Next(7))
        {
            case 0:
                frames.RemoveAt(at);
                break;
            case 1:
                frames.Insert(random.Next(frames.Count + 1), frames[at]);
                break;
            case 2:
                int other = random.Next(frames.Count);
                (frames[at], frames[other]) = (frames[other], frames[at]);
                break;
            case 3:
                frames.RemoveRange(at, frames.Count - at);
                break;
            case 4:
                end = end == "\n\n" ? "\r\n\r\n" : "\n";
                break;
            case 5:
                frames[at] = frames[at].Replace("event:", "event: x", StringComparison.Ordinal);
                break;
            default:
                frames.Insert(at, Frames[random.Next(Frames.Length)]);
                break;
        }

        return Join(frames, end);
    }

    private byte[] MutateData(byte[] bytes)
    {
        const string Field = "data: ";
        List<string> frames = Split(bytes, out string end);
        int at = random.Next(frames.Count);
        int data = frames[at].IndexOf(Field, StringComparison.Ordinal);
        if (data >= 0)
        {
            frames[at] = frames[at][..(data + Field.Length)] + _json.Mutate(frames[at][(data + Field.Length)..]);
        }

        return Join(frames, end);
    }

    private static List<string> Split(byte[] bytes, out string end)
    {
        string text = Encoding.UTF8.GetString(bytes);
        end = text.Contains("\r\n\r\n", StringComparison.Ordinal) ? "\r\n\r\n" : "\n\n";
        return [.. text.Split(end)];
    }

    private static byte[] Join(List<string> frames, string end) => Encoding.UTF8.GetBytes(string.Join(end, frames));
}
