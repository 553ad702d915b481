namespace LlmRouting.Onnx.Training.Families;

/// <summary>Draws random parts.</summary>
internal static class Sample
{
    /// <summary>Chooses some of a number of things, in ascending order; all when there are few enough.</summary>
    public static int[] Choose(int count, int most, Random random)
    {
        int[] all = [.. Enumerable.Range(0, count)];
        if (count <= most)
        {
            return all;
        }

        random.Shuffle(all);
        int[] chosen = all[..most];
        Array.Sort(chosen);
        return chosen;
    }
}
