namespace LlmRouting;

/// <summary>Keeps, beside the steps of a decision, everything else that the decision was made from and that does not come from the configuration.</summary>
/// <remarks>
/// Measured latencies are read once and stand still for the decision: what was recorded is what was decided on, whatever other requests measure meanwhile.
/// </remarks>
/// <param name="at">When the decision began.</param>
internal sealed class DecisionRecorder(DateTimeOffset at) : DecisionTrace, IModelLookup
{
    private const long Unmeasured = -1;

    private IModelLookup? _models;
    private long[] _latencies = [];
    private RecordedVerdict[] _verdicts = [];
    private RecordedAnswer[] _answers = [];
    private int _verdictCount;
    private int _answerCount;

    public override DateTimeOffset? AsOf => at;

    public ReadOnlySpan<RecordedVerdict> Verdicts => _verdicts.AsSpan(0, _verdictCount);

    public ReadOnlySpan<RecordedAnswer> Answers => _answers.AsSpan(0, _answerCount);

    /// <summary>Gets the soft constraints that left a step, excluded a model, or would have.</summary>
    public List<string>? SoftConstraints { get; private set; }

    /// <summary>Gets the model that keeps the conversation which the request carries on.</summary>
    public string? KeptBy { get; private set; }

    public ReadOnlySpan<RoutableModel> InService => _models is null ? [] : _models.InService;

    public RoutableModel? Find(string reference) => _models?.Find(reference);

    public TimeSpan? LatencyOf(RoutableModel model) => MeasuredLatencyOf(model) ?? model.Profile.TypicalLatency;

    /// <summary>Says how long answers of a model took when the decision began; null when nobody had measured it.</summary>
    public TimeSpan? MeasuredLatencyOf(RoutableModel model)
    {
        ReadOnlySpan<RoutableModel> models = InService;
        for (int i = 0; i < models.Length; i++)
        {
            if (ReferenceEquals(models[i], model))
            {
                return _latencies[i] == Unmeasured ? null : new TimeSpan(_latencies[i]);
            }
        }

        return null;
    }

    public override IModelLookup Freeze(IModelLookup models)
    {
        ReadOnlySpan<RoutableModel> inService = models.InService;
        _latencies = new long[inService.Length];
        for (int i = 0; i < inService.Length; i++)
        {
            _latencies[i] = inService[i].MeasuredLatency?.Ticks ?? Unmeasured;
        }

        _models = models;
        return this;
    }

    public override void NoteVerdict(string strategy, in StrategyVerdict verdict, bool isClassified)
    {
        if (_verdictCount == _verdicts.Length)
        {
            Array.Resize(ref _verdicts, _verdictCount == 0 ? 2 : _verdictCount * 2);
        }

        _verdicts[_verdictCount++] = new(strategy, verdict, isClassified);
    }

    public override void NoteAnswer(string classifier, Classification? answer, string? failure)
    {
        if (_answerCount == _answers.Length)
        {
            Array.Resize(ref _answers, _answerCount == 0 ? 1 : _answerCount * 2);
        }

        _answers[_answerCount++] = new(classifier, answer, failure);
    }

    public override void NoteSoft(string constraint) => (SoftConstraints ??= []).Add(constraint);

    public override void NoteKeeper(string modelId) => KeptBy = modelId;
}
