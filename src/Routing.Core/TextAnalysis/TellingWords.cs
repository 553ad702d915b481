using System.Diagnostics;

namespace LlmRouting.TextAnalysis;

/// <summary>Holds the few words that say something about structure: those that open a clause, and those that name a day or a month.</summary>
internal static class TellingWords
{
    private const int Clause = 1;
    private const int Date = 2;
    private const int MonthOrVerb = 3;

    /// <summary>Gets the words, in the languages whose prompts we expect most.</summary>
    public static WordTable Table { get; } = Create();

    /// <summary>Counts a word of the table.</summary>
    public static void Count(int kind, bool isCapital, bool isName, ref TextScan scan)
    {
        switch (kind)
        {
            case Clause:
                scan.Clauses++;
                break;
            case Date:
            case MonthOrVerb when isCapital && isName:
                scan.Dates++;
                break;
            default:
                break;
        }
    }

    private static WordTable Create()
    {
        var table = new WordTable();
        Add(table, Clause, """
            that which who whom whose because although though while whereas unless until since when whenever where wherever if whether so than
            weil dass obwohl während wenn falls damit welche welcher parce puisque lorsque quand quoique dont afin bien
            porque aunque cuando mientras quien donde perché quando mentre sebbene embora enquanto onde
            что который которая которые потому если когда чтобы хотя
            """);
        Add(table, Date, """
            january february april june july august september october november december
            monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday tonight pm o'clock
            heute morgen gestern montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz mai juni juli oktober dezember
            demain aujourd'hui lundi mardi mercredi jeudi vendredi samedi dimanche janvier février avril juin juillet août septembre octobre novembre décembre
            hoy mañana ayer lunes martes miércoles jueves viernes sábado domingo enero febrero abril junio julio agosto septiembre octubre noviembre diciembre
            oggi domani ieri hoje amanhã ontem сегодня завтра вчера понедельник вторник среда четверг пятница суббота воскресенье
            """);
        Add(table, MonthOrVerb, "may march");
        return table;
    }

    private static void Add(WordTable table, int kind, string words)
    {
        foreach (string word in words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            Debug.Assert(word.Length > 1 && char.IsLetter(word[0]), "TextScanner looks up no other words.");
            table.Add(word, kind);
        }
    }
}
