using LlmRouting.Onnx.Training.Model;

namespace LlmRouting.Onnx.Training.Export;

/// <summary>Writes trees as the attributes of ai.onnx.ml's TreeEnsembleRegressor, and reads them back.</summary>
internal static class TreeAttributes
{
    public static OnnxAttributes Write(TreesModel model)
    {
        List<long> trees = [], nodes = [], features = [], yes = [], no = [], leafTrees = [], leafNodes = [], leafTargets = [];
        List<float> values = [], leaves = [];
        List<string> modes = [];
        int number = 0;
        for (int target = 0; target < model.Trees.Length; target++)
        {
            foreach (Tree tree in model.Trees[target])
            {
                int inner = tree.Features.Length;
                for (int node = 0; node < inner + tree.Leaves.Length; node++)
                {
                    bool isLeaf = node >= inner;
                    trees.Add(number);
                    nodes.Add(node);
                    modes.Add(isLeaf ? "LEAF" : "BRANCH_LEQ");
                    features.Add(isLeaf ? 0 : tree.Features[node]);
                    values.Add(isLeaf ? 0 : tree.Thresholds[node]);
                    yes.Add(isLeaf ? 0 : (2 * node) + 1);
                    no.Add(isLeaf ? 0 : (2 * node) + 2);
                    if (isLeaf)
                    {
                        leafTrees.Add(number);
                        leafNodes.Add(node);
                        leafTargets.Add(target);
                        leaves.Add(tree.Leaves[node - inner]);
                    }
                }

                number++;
            }
        }

        return new OnnxAttributes()
            .Add("n_targets", model.Trees.Length)
            .Add("aggregate_function", "SUM")
            .Add("post_transform", "NONE")
            .Add("nodes_treeids", trees)
            .Add("nodes_nodeids", nodes)
            .Add("nodes_modes", modes)
            .Add("nodes_featureids", features)
            .Add("nodes_values", values)
            .Add("nodes_truenodeids", yes)
            .Add("nodes_falsenodeids", no)
            .Add("target_treeids", leafTrees)
            .Add("target_nodeids", leafNodes)
            .Add("target_ids", leafTargets)
            .Add("target_weights", leaves);
    }

    /// <summary>Reads trees that <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">They are not of the shape that it writes.</exception>
    public static Tree[][] Read(OnnxFile file, int targets)
    {
        float[] thresholds = file.Floats("nodes_values");
        float[] leaves = file.Floats("target_weights");
        long[] features = file.Integers("nodes_featureids");
        long[] owners = file.Integers("target_ids");
        int leafCount = TreeShape.Leaves;
        int nodeCount = (2 * leafCount) - 1;
        if (leaves.Length % leafCount != 0 || thresholds.Length != leaves.Length / leafCount * nodeCount
            || features.Length != thresholds.Length || owners.Length != leaves.Length || owners.Any(owner => owner < 0 || owner >= targets))
        {
            throw new InvalidDataException("The file's trees are damaged, or were written by another version.");
        }

        List<Tree>[] trees = [.. Enumerable.Range(0, targets).Select(static _ => new List<Tree>())];
        for (int tree = 0; tree < leaves.Length / leafCount; tree++)
        {
            int first = tree * nodeCount;
            trees[owners[tree * leafCount]].Add(new Tree(
                [.. features[first..(first + leafCount - 1)].Select(static feature => (int)feature)],
                thresholds[first..(first + leafCount - 1)],
                leaves[(tree * leafCount)..((tree + 1) * leafCount)]));
        }

        return [.. trees.Select(static list => list.ToArray())];
    }
}
