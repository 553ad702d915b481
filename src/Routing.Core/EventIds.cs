namespace LlmRouting;

/// <summary>Allots the ids of log messages: one hundred to each folder.</summary>
internal static class EventIds
{
    // Models: 1000-1099
    public const int ModelDeprecated = 1000;
    public const int ModelRetired = 1001;

    // Classifiers: 1100-1199
    public const int ClassifierFailed = 1100;

    // Validation: 1200-1299
    public const int SchemaInvalid = 1200;
    public const int JudgeFailed = 1201;
    public const int JudgeListenerFailed = 1202;

    // Execution: 1300-1399
    public const int AttemptFailed = 1300;
    public const int EndpointMisconfigured = 1301;
    public const int ValidatorFailed = 1302;
    public const int ObserverFailed = 1303;
    public const int RouteCompleted = 1304;
    public const int RouteFailed = 1305;
    public const int InspectionFailed = 1306;
    public const int CircuitOpened = 1310;
    public const int CircuitProbing = 1311;
    public const int CircuitRecovered = 1312;
    public const int HealthObserverFailed = 1313;
    public const int WarmUpFailed = 1314;
    public const int WarmedUp = 1315;
    public const int OptionNotSent = 1320;

    // Pipeline: 1400-1499
    public const int StrategyFailed = 1400;
    public const int ConstraintFailed = 1401;

    // DependencyInjection: 1500-1599
    public const int ConfigurationApplied = 1500;
    public const int ConfigurationRejected = 1501;
    public const int StrategyUnused = 1502;
    public const int FromCatalog = 1503;

    // Budgets: 1600-1699
    public const int BudgetRunsLow = 1600;
    public const int BudgetSpent = 1601;
    public const int BudgetStoreFailed = 1602;

    // DecisionLog: 1700-1799
    public const int DecisionLogFailed = 1700;
    public const int DecisionLogRecovered = 1701;
    public const int DecisionLogDropped = 1702;
    public const int DecisionLogged = 1710;
    public const int DecisionRefused = 1711;

    // Onnx: 1800-1899
    public const int OnnxLoaded = 1800;
    public const int OnnxFellBack = 1801;
    public const int OnnxLoadFailed = 1802;
    public const int OnnxFailed = 1803;
    public const int OnnxRejected = 1804;
    public const int LearnedRouterReplaced = 1810;
    public const int LearnedRouterRejected = 1811;
    public const int EmbeddingFailed = 1812;
}
