using System.Diagnostics.Metrics;
using LlmRouting.Diagnostics;
using LlmRouting.Onnx.Classifiers;
using LlmRouting.Onnx.Inference;
using LlmRouting.Onnx.Learned;
using LlmRouting.Onnx.Tokenization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LlmRouting.Onnx.DependencyInjection;

/// <summary>Makes the classifier that the section asks for, begins to load its model, and follows the section when a reload has changed it.</summary>
internal sealed partial class OnnxRegistration : IDisposable
{
    public const string ClassifierName = "onnx";

    private readonly Lock _lock = new();
    private readonly IOptionsFactory<OnnxOptions> _factory;
    private readonly Func<OnnxClassifierSettings, OnnxClassifier> _create;
    private readonly ILogger _logger;
    private readonly List<IDisposable> _changes = [];
    private volatile IRequestClassifier _current;
    private volatile OnnxClassifier? _named;
    private OnnxClassifierSettings _asked;

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
        _create = settings => new OnnxClassifier(settings, tokenizer, timeProvider, loggers.CreateLogger<OnnxClassifier>(), RoutingMetrics.For(meterFactory));
        _asked = OnnxOptionsReader.Read(factory.Create(Options.DefaultName));
        _current = Take_NeedsLock();
        foreach (IOptionsChangeTokenSource<OnnxOptions> change in changes)
        {
            _changes.Add(ChangeToken.OnChange(change.GetChangeToken, Reload));
        }
    }

    /// <summary>Gets what classifies now.</summary>
    public IRequestClassifier Current => _current;

    /// <summary>Gets the classifier of the model that the section names.</summary>
    /// <exception cref="InvalidOperationException">It names none.</exception>
    public OnnxClassifier Named => _named ?? throw new InvalidOperationException(
        $"There is no {nameof(OnnxClassifier)}: the section {OnnxOptionsReader.SectionName} names no {nameof(OnnxOptions.ModelPath)}, and the router that ships classifies. Set {nameof(OnnxOptions.ModelPath)} to the folder of a model.");

    /// <summary>Gets <see cref="Named"/>, or null where the section names no model.</summary>
    public OnnxClassifier? NamedOrNull => _named;

    public void Dispose()
    {
        foreach (IDisposable change in _changes)
        {
            change.Dispose();
        }

        _named?.Dispose();
    }

    private void Reload()
    {
        try
        {
            lock (_lock)
            {
                OnnxClassifierSettings settings = OnnxOptionsReader.Read(_factory.Create(Options.DefaultName));

                // Compared with what was asked for last, which may still be loading; what could not be loaded is tried again.
                if (!settings.IsSame(_asked) || _named?.Status.Error is not null)
                {
                    _asked = settings;
                    _current = Take_NeedsLock();
                }
            }
        }
        catch (Exception exception)
        {
            // Written by us and by the binder, about settings.
            Log.Rejected(_logger, exception.Message);
        }
    }

    private IRequestClassifier Take_NeedsLock()
    {
        if (_asked.ModelPath.Length == 0)
        {
            return new LearnedClassifier(DefaultModel.Router, ClassifierName);
        }

        if (_named is { } named)
        {
            _ = named.ReloadAsync(_asked); // logs what goes wrong
            return named;
        }

        OnnxClassifier created = _named = _create(_asked);
        _ = created.WarmUpAsync(); // logs what goes wrong
        return created;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.OnnxRejected, LogLevel.Error, "A changed configuration of the ONNX classifier was rejected, and the last good one stays in force: {Errors}")]
        public static partial void Rejected(ILogger logger, string errors);
    }
}
