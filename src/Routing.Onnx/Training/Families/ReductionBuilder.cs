using System.Numerics.Tensors;
using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Learns how to reduce embeddings, from embeddings without labels: the principal components of their directions.</summary>
internal static class ReductionBuilder
{
    private const int MostDimensions = 64;

    // Some sixty directions are known well from this many; more would cost memory that grows with the embeddings' length.
    private const int MostRows = 4096;

    // Below this spread embeddings are the same but for rounding.
    private const double LeastSpread = 1e-3;

    /// <summary>Learns.</summary>
    /// <returns>A reduction whose share is 1; null where all embeddings are the same.</returns>
    public static EmbeddingReduction? Build(CapturedTexts texts, TrainerOptions options, Work work)
    {
        CapturedTexts chosen = texts.Take(Sample.Choose(texts.Count, MostRows, new Random(options.Seed)));
        Matrix directions = Directions(chosen, work);
        float[] mean = Mean(directions);
        work.For(directions.Rows, row => TensorPrimitives.Subtract(directions[row], mean, directions[row]));

        // Exactly the same embeddings have no components at all; the solver would divide by nothing.
        if (Spread(directions) < LeastSpread)
        {
            return null;
        }

        Matrix projection = RandomizedSvd
            .RightVectors(AsSparse(directions), Math.Min(options.Dimensions, MostDimensions), new Random(options.Seed + 7), work).Transpose();
        var reduced = new Matrix(directions.Rows, projection.Rows);
        work.For(directions.Rows, row => Multiply(projection, directions[row], reduced[row]));
        float scale = (float)(1 / Spread(reduced));
        TensorPrimitives.Multiply(projection.Values, scale, projection.Values);
        float[] offset = new float[projection.Rows];
        Multiply(projection, mean, offset);
        return new EmbeddingReduction(projection, offset, Share: 1);
    }

    private static Matrix Directions(CapturedTexts texts, Work work)
    {
        var directions = new Matrix(texts.Count, texts.Embedding(0).Length);
        work.For(texts.Count, row =>
        {
            ReadOnlySpan<float> embedding = texts.Embedding(row);
            TensorPrimitives.Divide(embedding, TensorPrimitives.Norm(embedding), directions[row]);
        });
        return directions;
    }

    private static float[] Mean(Matrix rows)
    {
        double[] sums = new double[rows.Columns];
        for (int row = 0; row < rows.Rows; row++)
        {
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += rows[row][i];
            }
        }

        return [.. sums.Select(sum => (float)(sum / rows.Rows))];
    }

    // The root of the mean square of the rows' lengths.
    private static double Spread(Matrix rows)
    {
        double sum = 0;
        for (int row = 0; row < rows.Rows; row++)
        {
            sum += TensorPrimitives.SumOfSquares<float>(rows[row]);
        }

        return Math.Sqrt(sum / rows.Rows);
    }

    private static void Multiply(Matrix projection, ReadOnlySpan<float> vector, Span<float> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = TensorPrimitives.Dot(projection[i], vector);
        }
    }

    private static SparseMatrix AsSparse(Matrix matrix)
    {
        int[] columns = [.. Enumerable.Range(0, matrix.Columns)];
        int[] indices = new int[matrix.Rows * matrix.Columns];
        for (int row = 0; row < matrix.Rows; row++)
        {
            columns.CopyTo(indices, row * columns.Length);
        }

        return new SparseMatrix(matrix.Columns, [.. Enumerable.Range(0, matrix.Rows + 1).Select(row => row * columns.Length)], indices, matrix.Values.ToArray());
    }
}
