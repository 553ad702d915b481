using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LlmRouting.Lab.Quality;

/// <summary>Writes one object of JSON on one line; a number that is not known is null.</summary>
internal sealed class JsonLine
{
    private readonly StringBuilder _text = new("{");

    public JsonLine Add(string name, double value, int decimals) =>
        Raw(name, double.IsFinite(value) ? Math.Round(value, decimals).ToString(CultureInfo.InvariantCulture) : "null");

    public JsonLine Add(string name, string value) => Raw(name, $"\"{JsonEncodedText.Encode(value)}\"");

    public JsonLine Raw(string name, string json)
    {
        _text.Append(_text.Length > 1 ? "," : "").Append('"').Append(name).Append("\":").Append(json);
        return this;
    }

    public override string ToString() => _text + "}";
}
