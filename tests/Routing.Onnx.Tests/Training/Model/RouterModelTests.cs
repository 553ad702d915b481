using LlmRouting.Onnx.Tests.Learned;
using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Tests.Training.Model;

public sealed class RouterModelTests
{
    [TestCase(0, 0, 0, 0, true)]
    [TestCase(1, 0, 0, 0, false)]
    [TestCase(0, 1, 0, 0, false)]
    [TestCase(0, 0, 1, 0, false)]
    [TestCase(0, 0, 0, 1, false)]
    [Description("A damaged file is refused when it is loaded, not when it scores.")]
    public void Validate_RefusesANetworkThatDoesNotFit(int moreInputs, int moreUnits, int moreTargets, int moreBias, bool isSound)
    {
        RouterModel whole = Learnt.Pair.Value.Model;
        var model = new RouterModel
        {
            Lexicon = whole.Lexicon,
            Network = new NetworkModel(
                new Matrix(8, whole.Lexicon.Width + moreInputs), new float[8 + moreUnits], new Matrix(whole.Targets + moreTargets, 8), new float[whole.Targets + moreBias]),
            Blend = whole.Blend,
            Bias = whole.Bias,
            Slope = whole.Slope,
            Offset = whole.Offset,
        };

        Assert.That(model.Validate, isSound ? Throws.Nothing : Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Predict_OfANetworkAlone_IsItsArithmetic()
    {
        RouterModel whole = Learnt.Complexity.Value.Model;
        var hidden = new Matrix(2, whole.Lexicon.Width);
        var output = new Matrix(1, 2);
        var blend = new Matrix(5, 1);
        output[0].Fill(2);
        blend[4][0] = 0.5f;
        var model = new RouterModel
        {
            Lexicon = whole.Lexicon,
            Network = new NetworkModel(hidden, [3, -3], output, [1]),
            Blend = blend,
            Bias = [0.25f],
            Slope = [0],
            Offset = [0],
        };
        double[] scores = new double[1];

        model.Predict([], [], new float[LlmRouting.Learning.DenseFeatures.Count], [], scores);

        // The one unit gives 3, the other, rectified, 0: 0.25 + 0.5 x (1 + 2 x 3 + 2 x 0).
        Assert.That(scores[0], Is.EqualTo(3.75).Within(1e-6));
    }
}
