namespace LlmRouting.Onnx.Tests.Tokenization.Training;

// Builds a double array in darts-clone's layout from sorted keys: a node's children stand at its offset, each exclusive-or'd with its byte.
internal static class DoubleArray
{
    private const uint HasLeaf = 1 << 8;

    internal static uint[] Build(List<(byte[] Key, int Value)> keys)
    {
        var units = new List<uint> { 0 };
        var isTaken = new List<bool> { true };
        var offsets = new HashSet<int>();
        int firstFree = 1;
        Place(0, 0, keys.Count, 0);
        return [.. units];

        void Place(int node, int from, int to, int depth)
        {
            var children = new List<(byte Label, int From, int To)>();
            for (int i = from; i < to;)
            {
                byte label = depth < keys[i].Key.Length ? keys[i].Key[depth] : (byte)0;
                int start = i;
                while (i < to && (depth < keys[i].Key.Length ? keys[i].Key[depth] : (byte)0) == label)
                {
                    i++;
                }

                children.Add((label, start, i));
            }

            int at = FindRoom(children, node);
            units[node] |= (uint)(at ^ node) << 10 | (children[0].Label == 0 ? HasLeaf : 0);
            foreach ((byte label, int start, int _) in children)
            {
                units[at ^ label] = label == 0 ? (uint)keys[start].Value | 0x8000_0000 : label;
            }

            foreach ((byte label, int start, int end) in children)
            {
                if (label != 0)
                {
                    Place(at ^ label, start, end, depth + 1);
                }
            }
        }

        // The offset has 21 bits, far more than these maps need.
        int FindRoom(List<(byte Label, int From, int To)> children, int node)
        {
            while (isTaken.Count > firstFree && isTaken[firstFree])
            {
                firstFree++;
            }

            // Looking only near the end wastes room and saves time.
            for (int at = Math.Max(firstFree & ~0xFF, units.Count - 1024); ; at++)
            {
                // Two nodes at one offset would take each other's children for their own.
                if (at == 0 || at == node || offsets.Contains(at) || !children.TrueForAll(c => IsFree(at ^ c.Label)))
                {
                    continue;
                }

                offsets.Add(at);
                foreach ((byte label, int _, int _) in children)
                {
                    isTaken[at ^ label] = true;
                }

                return at;
            }
        }

        bool IsFree(int at)
        {
            while (isTaken.Count <= at)
            {
                isTaken.Add(false);
                units.Add(0);
            }

            return !isTaken[at];
        }
    }
}
