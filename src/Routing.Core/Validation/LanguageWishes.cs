using LlmRouting.TextAnalysis;
using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Tells requests that name a language or ask for a translation, and so may want an answer in another language than their own.</summary>
internal static class LanguageWishes
{
    private static readonly WordTable Table = Create();

    /// <summary>Gets whether the instructions, the system's messages or the user's speak of languages.</summary>
    /// <remarks>Any mention counts, "French cuisine" too: passing a wrong answer costs less than rejecting a right one.</remarks>
    public static bool SpeaksOfLanguages(RoutingRequest request)
    {
        if (request.Options?.Instructions is { } instructions && SpeaksOfLanguages(instructions))
        {
            return true;
        }

        foreach (ChatMessage message in request.Messages)
        {
            if (message.Role == ChatRole.Assistant || message.Role == ChatRole.Tool)
            {
                continue;
            }

            foreach (AIContent content in message.Contents)
            {
                if (content is TextContent { Text: { } text } && SpeaksOfLanguages(text))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Gets whether the start or the end of a text, where instructions stand, speaks of languages.</summary>
    public static bool SpeaksOfLanguages(ReadOnlySpan<char> text)
    {
        const int End = TextSampler.MaxScanned / 2;
        return text.Length <= 2 * End ? HasWord(text) : HasWord(text[..End]) || HasWord(text[^End..]);
    }

    private static bool HasWord(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            int start = i;
            while (i < text.Length && char.IsLetter(text[i]))
            {
                i++;
            }

            if (i - start > 2 && Table.Match(text, start, i - start) != 0)
            {
                return true;
            }
        }

        return false;
    }

    private static WordTable Create()
    {
        const string Words = """
            translat* übersetz* uebersetz* tradui* traduc* traduz* tradur* vertaal* vertal* tłumacz* przetłumacz* przekład* översätt* oversæt* oversett* çevir*
            tercüme* přelož* překl* перевед* перевест* перевод* переклад* language* sprache* langue* idioma* lengua* lingua* língua* taal język* språk* sprog* dil
            dilde dilinde jazyk* язык* мов* bilingual* multilingual* zweisprachig* mehrsprachig*
            english* englisch* anglais* inglés ingles inglesa* inglese inglesi inglês engels* angielsk* engelsk* ingiliz* angli* английск* англійськ*
            german* deutsch* allemand* alemán alemana aleman alemão alemã tedesc* duits* niemieck* tysk* almanca* němč* němec* немецк* німецьк*
            french* französisch* franzoesisch* français* francais* francés frances* francês frans franse francusk* fransk* fransız* franco* francouz* французск* французьк*
            spanish* spanisch* espagnol* español* espanol* castellano* spagnol* espanhol* spaans* hiszpańsk* spansk* ispanyol* španěl* испанск* іспанськ*
            italian* italienisch* italien* italiaan* włosk* włoch* italsk* italyan* итальянск* італійськ*
            portugu* portugies* portogh* portugal* portekiz* португальск* португальськ*
            dutch* niederländisch* holländisch* néerlandais* neerland* holand* olandes* nederland* niderlandzk* holenders* hollanda* hollandsk* nizozem* голландск*
            polish* polnisch* polonais* polac* pools polsk* polsc* lehçe польск* swedish* schwedisch* suédois* sueco* svedes* zweeds* szwedzk* svensk* isveç* švéd* шведск*
            danish* dänisch* danois* danés danese deens dansk* duńsk* danca dánsk* датск* norwegian* norwegisch* norvég* noruego* norvege* noors norsk* norwesk* norveç* норвежск*
            turkish* türkisch* turc turque turco turca turks tureck* turkisk* türkçe* турецк* czech* tschechisch* tchèque* checo* ceco ceca tsjechisch* czesk* tjeckisk* çekçe* česk* чешск*
            russian* russisch* russe ruso rusa russo russa rosyjsk* rysk* rusça* rusk* русск* російськ* ukrainian* ukrainisch* ukraïn* ukrainien* ucran* ukraińsk* ukrajin* украинск* українськ*
            chinese* chinesisch* chinois* chino cinese chinês japanese* japanisch* japonais* japon* giappones* japans* korean* koreanisch* coréen* corean* arabic* arabisch* arabe* árabe*
            hebrew* greek* griechisch* hindi latin* lateinisch* hungarian* finnish* romanian* vietnamese* thai indonesian* esperanto catalan* katalanisch* català*
            """;
        WordTable table = new();
        foreach (string word in Words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            table.Add(word, 1);
        }

        return table;
    }
}
