using System.Globalization;
using LlmRouting.Models;
using Spectre.Console;

namespace LlmRouting.QuickStart;

/// <summary>Prints a line for each request as it ends, and the sum of them all.</summary>
/// <remarks>Thread-safe. Written to a file or a pipe, it prints plain lines; on a terminal, colours.</remarks>
internal sealed class Report
{
    private static readonly string[] Columns = ["Share", "Requests", "Tokens in", "Tokens out", "Cost", "P50", "P95"];

    private readonly ModelSnapshot _models;
    private readonly Backend _backend;
    private readonly QuickStartOptions _options;
    private readonly IAnsiConsole _console;
    private readonly List<RequestRecord> _records = [];
    private readonly Lock _lock = new();
    private ProgressTask? _progress;
    private long _started;
    private TimeSpan _elapsed;
    private int _items;

    public Report(TextWriter output, ModelSnapshot models, Backend backend, QuickStartOptions options)
    {
        _models = models;
        _backend = backend;
        _options = options;
        bool isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        if (!isTerminal)
        {
            // Nothing wraps in a file.
            _console.Profile.Width = 240;
        }
    }

    /// <summary>Gets how many requests had no answer.</summary>
    public int Unanswered => _records.Count(static record => record.Error is not null);

    public void Begin(int items)
    {
        _items = items;
        _started = TimeProvider.System.GetTimestamp();
        if (_options.IsQuiet && _backend.IsSimulated)
        {
            // The table and the note below it say that all is simulated; that a run costs money is never kept quiet.
            return;
        }

        _console.MarkupLineInterpolated($"[bold]LlmRouting QuickStart[/]: {(items == 1 ? "1 request" : $"{items} requests")}, {_options.Concurrency} at a time.");
        _console.MarkupLineInterpolated($"[yellow]{_backend.Banner}[/]");
        foreach (RoutableModel model in _models.Models)
        {
            _console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {model.Profile}: quality {model.Profile.Quality:0.00}, {PriceOf(model.Profile)}, endpoints: {string.Join(", ", model.Endpoints.Select(static endpoint => endpoint.Name))}"));
        }

        _console.WriteLine();
    }

    /// <summary>Shows how far the work is, on a terminal, while it goes on.</summary>
    public Task WatchAsync(Func<Task> work) => !_console.Profile.Capabilities.Interactive
        ? work()
        : _console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                _progress = context.AddTask("requests", maxValue: _items);
                await work();
            });

    public void Add(RequestRecord record)
    {
        lock (_lock)
        {
            _records.Add(record);
            _elapsed = TimeProvider.System.GetElapsedTime(_started);
            if (_progress is not null)
            {
                _progress.Value = _records.Select(static known => known.Item).Distinct().Count() - 0.5;
            }

            if (!_options.IsQuiet)
            {
                _console.MarkupLine(LineOf(record));
            }
        }
    }

    /// <param name="warmDecision">How long a decision takes once everything has run before.</param>
    public void End(TimeSpan? warmDecision)
    {
        Summary summary = new([.. _records], _models, _elapsed, warmDecision);
        _console.WriteLine();
        if (_records.Count == 0)
        {
            _console.WriteLine("No request has ended.");
            return;
        }

        if (warmDecision is null)
        {
            _console.WriteLine("Cancelled; what was answered until then:");
        }

        Table table = new Table().Border(_console.Profile.Capabilities.Ansi ? TableBorder.Rounded : TableBorder.Ascii);
        string title = _backend.IsSimulated ? "Model (simulated)" : "Model";
        table.AddColumn(title);
        foreach (string name in Columns)
        {
            table.AddColumn(name, static column => column.RightAligned());
        }

        foreach (string[] row in summary.Rows())
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        _console.Write(table);
        foreach (string line in summary.Lines(_items, _backend.IsSimulated))
        {
            _console.WriteLine(line);
        }
    }

    /// <summary>Prints a line as it is.</summary>
    public void Say(string line) => _console.Profile.Out.Writer.WriteLine(line);

    private static string PriceOf(ModelProfile model) => model is { InputUsdPerMillionTokens: { } input, OutputUsdPerMillionTokens: { } output }
        ? string.Create(CultureInfo.InvariantCulture, $"${input:0.00} in and ${output:0.00} out per million tokens")
        : "price not configured";

    private static string LineOf(RequestRecord record)
    {
        string head = $"#{record.Number,-4} {record.Category,-13}";
        if (record.Outcome is not { } outcome)
        {
            return $"[red]{Markup.Escape($"{head} {record.Error}")}[/]";
        }

        string firstToken = outcome.Answer?.TimeToFirstToken is { } time
            ? string.Create(CultureInfo.InvariantCulture, $", first token {time.TotalMilliseconds:0} ms")
            : "";
        string failed = string.Concat(outcome.Attempts
            .Where(attempt => attempt != outcome.Answer)
            .Select(static attempt => $" <- {attempt.ModelId}/{attempt.Endpoint} {attempt.Failure?.ToString() ?? attempt.Result.ToString()}"));
        string colour = record.Error is not null ? "red" : failed.Length > 0 ? "yellow" : outcome.ModelId == outcome.Decision.ModelId ? "default" : "yellow";
        return $"[{colour}]{Markup.Escape($"{head} {outcome}{firstToken}{failed}")}[/]";
    }
}
