using System.Diagnostics.Metrics;
using LlmRouting.Diagnostics;
using LlmRouting.Onnx.Classifiers;
using LlmRouting.Onnx.Inference;
using LlmRouting.Onnx.Tokenization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LlmRouting.Onnx.DependencyInjection;

/// <summary>Makes the classifier, begins to load its model, and loads it anew when a reload has changed its section.</summary>
internal sealed partial class OnnxRegistration : IDisposable
{
    private readonly IOptionsFactory<OnnxOptions> _factory;
    private readonly ILogger _logger;
    private readonly List<IDisposable> _changes = [];

    public OnnxRegistration(
        IOptionsFactory<OnnxOptions> factory,
        IEnumerable<IOptionsChangeTokenSource<OnnxOptions>> changes,
        ITextTokenizer? tokenizer,
        TimeProvider? timeProvider,
        ILoggerFactory loggers,
        IMeterFactory? meterFactory)
    {
        _factory = factory;
        _logger = loggers.CreateLogger<OnnxRegistration>();
        OnnxClassifierSettings settings = OnnxOptionsReader.Read(factory.Create(Options.DefaultName));
        Classifier = new OnnxClassifier(settings, tokenizer, timeProvider, loggers.CreateLogger<OnnxClassifier>(), RoutingMetrics.For(meterFactory));
        _ = Classifier.WarmUpAsync(); // logs what goes wrong
        foreach (IOptionsChangeTokenSource<OnnxOptions> change in changes)
        {
            _changes.Add(ChangeToken.OnChange(change.GetChangeToken, Reload));
        }
    }

    public OnnxClassifier Classifier { get; }

    public void Dispose()
    {
        foreach (IDisposable change in _changes)
        {
            change.Dispose();
        }

        Classifier.Dispose();
    }

    private void Reload()
    {
        try
        {
            OnnxClassifierSettings settings = OnnxOptionsReader.Read(_factory.Create(Options.DefaultName));
            if (!settings.IsSame(Classifier.Settings))
            {
                _ = Classifier.ReloadAsync(settings); // logs what goes wrong
            }
        }
        catch (Exception exception)
        {
            // Written by us and by the binder, about settings.
            Log.Rejected(_logger, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.OnnxRejected, LogLevel.Error, "A changed configuration of the ONNX classifier was rejected, and the last good one stays in force: {Errors}")]
        public static partial void Rejected(ILogger logger, string errors);
    }
}
