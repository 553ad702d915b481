namespace LlmRouting.Onnx.Training.Numerics;

/// <summary>Finds the eigenvalues and eigenvectors of a small symmetric matrix by Jacobi's cyclic rotations.</summary>
internal static class JacobiEigen
{
    private const int MaxSweeps = 60;

    /// <summary>Decomposes a matrix.</summary>
    /// <param name="a">The matrix; destroyed.</param>
    /// <returns>The eigenvalues, largest first, and for each its vector as a row.</returns>
    public static (double[] Values, double[][] Vectors) Decompose(double[][] a)
    {
        int n = a.Length;
        double[][] vectors = new double[n][];
        for (int i = 0; i < n; i++)
        {
            vectors[i] = new double[n];
            vectors[i][i] = 1;
        }

        for (int sweep = 0; sweep < MaxSweeps && OffDiagonal(a) > 1e-22 * Diagonal(a); sweep++)
        {
            for (int p = 0; p < n - 1; p++)
            {
                for (int q = p + 1; q < n; q++)
                {
                    Rotate(a, vectors, p, q);
                }
            }
        }

        double[] values = [.. a.Select(static (row, i) => row[i])];
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => values[i])];
        return ([.. order.Select(i => values[i])], [.. order.Select(i => vectors[i])]);
    }

    private static void Rotate(double[][] a, double[][] vectors, int p, int q)
    {
        if (Math.Abs(a[p][q]) < 1e-300)
        {
            return;
        }

        double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        double c = 1 / Math.Sqrt((t * t) + 1);
        double s = t * c;
        double[] rowP = a[p];
        double[] rowQ = a[q];
        for (int i = 0; i < a.Length; i++)
        {
            (a[i][p], a[i][q]) = ((c * a[i][p]) - (s * a[i][q]), (s * a[i][p]) + (c * a[i][q]));
        }

        Turn(rowP, rowQ, c, s);
        Turn(vectors[p], vectors[q], c, s);
    }

    private static void Turn(double[] x, double[] y, double c, double s)
    {
        for (int i = 0; i < x.Length; i++)
        {
            (x[i], y[i]) = ((c * x[i]) - (s * y[i]), (s * x[i]) + (c * y[i]));
        }
    }

    private static double Diagonal(double[][] a) => a.Select(static (row, i) => row[i] * row[i]).Sum();

    private static double OffDiagonal(double[][] a) => a.Select(static (row, i) => row.Where((_, j) => j != i).Sum(static x => x * x)).Sum();
}
