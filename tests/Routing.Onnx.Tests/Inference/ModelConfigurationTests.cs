using LlmRouting.Onnx.Inference;
using LlmRouting.Onnx.Tests.Models;

namespace LlmRouting.Onnx.Tests.Inference;

// What config.json says in the files of published models.
public sealed class ModelConfigurationTests
{
    private TemporaryFolder _folder = null!; // set before each test

    [SetUp]
    public void CreateFolder() => _folder = new();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase("""{ "model_type": "bert", "max_position_embeddings": 512, "pad_token_id": 0 }""", 512)]
    [TestCase("""{ "model_type": "distilbert", "max_position_embeddings": 512, "pad_token_id": 0, "sinusoidal_pos_embds": false }""", 512)]
    [TestCase("""{ "model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1 }""", 512)]
    [TestCase("""{ "model_type": "xlm-roberta", "max_position_embeddings": 514, "pad_token_id": 1 }""", 512)]
    [TestCase("""{ "model_type": "xlm-roberta", "max_position_embeddings": 8194, "pad_token_id": 1 }""", 8192)]
    [TestCase("""{ "model_type": "camembert", "max_position_embeddings": 514 }""", 512)]
    [TestCase("""{ "model_type": "mpnet", "max_position_embeddings": 514, "pad_token_id": 1 }""", 512)]
    [TestCase("""{ "model_type": "modernbert", "max_position_embeddings": 8192, "pad_token_id": 50283 }""", 8192)]
    [TestCase("""{ "model_type": "deberta-v2", "max_position_embeddings": 512, "pad_token_id": 0, "relative_attention": true }""", 512)]
    [TestCase("""{ "model_type": "gpt2", "n_positions": 1024, "n_ctx": 1024, "pad_token_id": null }""", 1024)]
    [TestCase("""{ "model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": null }""", 512)]
    [TestCase("""{ "model_type": "t5" }""", null)]
    [TestCase("""{ "model_type": "deberta", "max_position_embeddings": -1 }""", null)]
    [TestCase("""{ "max_position_embeddings": "512" }""", null)]
    public void MaxTokens_AreThePositionsThatTextMayHave(string json, int? expected)
    {
        Write(json);

        Assert.That(ModelConfiguration.LoadMaxTokens(_folder.Path), Is.EqualTo(expected));
    }

    [Test]
    public void MaxTokens_OfAFolderWithoutTheFile_AreUnknown() => Assert.That(ModelConfiguration.LoadMaxTokens(_folder.Path), Is.Null);

    [TestCase("""{ "id2label": { "0": "NEGATIVE", "1": "POSITIVE" }, "label2id": { "NEGATIVE": 0, "POSITIVE": 1 } }""", OnnxHead.Softmax, "NEGATIVE,POSITIVE")]
    [TestCase("""{ "id2label": { "10": "k", "2": "c", "0": "a", "1": "b", "3": "d", "4": "e", "5": "f", "6": "g", "7": "h", "8": "i", "9": "j" } }""", OnnxHead.Softmax, "a,b,c,d,e,f,g,h,i,j,k")]
    [TestCase("""{ "id2label": { "0": "LABEL_0" }, "label2id": { "LABEL_0": 0 } }""", OnnxHead.Regression, "LABEL_0")]
    [TestCase("""{ "id2label": { "0": "a", "1": "b" }, "problem_type": "multi_label_classification" }""", OnnxHead.Sigmoid, "a,b")]
    [TestCase("""{ "id2label": { "0": "a", "1": "b" }, "problem_type": null }""", OnnxHead.Softmax, "a,b")]
    [TestCase("""{ "num_labels": 2, "id2label": null }""", OnnxHead.Softmax, "LABEL_0,LABEL_1")]
    [TestCase("""{ "id2label": { "0": 1, "1": 2 } }""", OnnxHead.Softmax, "1,2")]
    public void Labels_AreInTheOrderOfTheLogits(string json, OnnxHead head, string labels)
    {
        Write(json);

        ModelConfiguration configuration = ModelConfiguration.Load(_folder.Path);

        Assert.That((configuration.Head, string.Join(',', configuration.Labels)), Is.EqualTo((head, labels)));
    }

    private void Write(string json) => File.WriteAllText(Path.Combine(_folder.Path, ModelConfiguration.FileName), json);
}
