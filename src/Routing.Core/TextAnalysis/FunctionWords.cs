using System.Collections.Frozen;

namespace LlmRouting.TextAnalysis;

/// <summary>Holds the function words by which languages are told apart: articles, pronouns, prepositions, conjunctions, auxiliaries.</summary>
/// <remarks>
/// Listed by hand. A word that two languages share stands in both lists, so that it speaks for neither against the other. The last lists are
/// of languages that are never reported: without them, Catalan would be taken for Spanish and Bulgarian for Russian.
/// </remarks>
internal static class FunctionWords
{
    private static readonly (string Code, string Words)[] Lists =
    [
        ("en", """
            the of and a an to in is are was were be been being it its that this these those i you he she we they them his her our their your my me
            for on with as at by from or not no but if so than then when where which who what how why there here has have had do does did can could
            will would should may might must about into out up over after before between through while because also only more most some any all each
            both such other same very just one us him
            """),
        ("de", """
            der die das den dem des ein eine einen einem einer eines und oder aber nicht kein keine keinen ist sind war waren wird werden wurde wurden
            sein hat haben hatte kann können muss müssen soll sollte will ich du er sie es wir ihr mich mir dich dir ihn ihm uns ihnen sich mein meine
            dein deine seine ihre zu zum zur von vom mit auf aus bei nach für über unter vor an am in im ins als wie wenn dass weil ob damit auch nur
            noch schon sehr mehr so dann durch gegen ohne um was wer wo warum man alle dieser diese dieses diesem diesen hier bis denn doch jedoch
            zwischen während welche welcher etwa wieder immer deshalb
            """),
        ("fr", """
            le la les l un une des du de au aux et ou mais ne pas plus est sont était étaient être été avoir a ont avait je tu il elle on nous vous ils
            elles me te se lui leur leurs son sa ses mon ma mes ton ta tes notre votre ce cet cette ces qui que qu quoi dont où dans par pour sur sous
            avec sans entre vers chez en y si comme quand parce car donc aussi très bien peut peuvent doit fait faire tout tous toute toutes même après
            avant depuis pendant lorsque comment pourquoi quel quelle sera ainsi alors encore cela d moins chaque puis j n à faut celle celui peu
            fois rien jamais toujours vos nos hier
            """),
        ("es", """
            el la los las un una unos unas de del al y e o u pero no es son era eran fue ser está están estar ha han había hay he yo tú él ella nosotros
            ellos ellas me te se le les lo nos su sus mi mis tu tus este esta estos estas ese esa eso esto que qué quien cual cuál en por para con sin
            sobre entre hasta desde hacia si como cómo cuando cuándo donde dónde porque también más menos muy ya puede pueden puedo debe tiene tienen
            todo todos toda todas otro otra cada después antes mientras aunque a así según pues sino ni
            """),
        ("it", """
            il lo la i gli le l un uno una di del dello della dei degli delle dell a al allo alla ai agli alle all da dal dalla dai dalle in nel nello
            nella nei nelle nell su sul sulla con per tra fra e ed o ma non è sono era erano essere stato stata ha hanno aveva avere ho io tu lui lei noi
            voi loro mi ti si ci vi ne suo sua suoi sue mio mia questo questa questi queste quello quella che chi cui come quando dove perché se anche
            più meno molto già può possono deve ogni tutto tutti tutte altro altri altra prima dopo mentre quindi così cosa qual quale sia c quanto quali stati state
            posso devo puoi sulle sui negli poi meglio nulla sempre
            """),
        ("pt", """
            o a os as um uma uns umas de do da dos das em no na nos nas num numa ao à aos às e ou mas não é são era eram foi ser está estão estar há tem
            têm tinha eu tu ele ela nós eles elas você vocês me te se lhe lhes seu sua seus suas meu minha este esta estes estas esse essa isso isto que
            quem qual por pelo pela pelos pelas para com sem sobre entre até desde como quando onde porque também mais menos muito já pode podem posso
            deve todo todos toda todas outro outra cada depois antes enquanto embora se foram ainda então
            """),
        ("nl", """
            de het een en of maar niet geen is zijn was waren wordt worden werd werden heeft hebben had kan kunnen moet moeten zal zullen zou ik je jij
            u hij ze zij we wij jullie me mij hem haar hun ons onze mijn jouw uw zich van in op te ten met voor door bij aan uit naar over onder tot tegen
            zonder om als dan dat die dit deze wat wie waar hoe waarom wanneer omdat ook nog al zeer meer veel er hier daar alle na tussen tijdens welke
            wel toch nu zo men elke voordat zoals toen elk weer
            """),
        ("pl", """
            i w we z ze na do od o u po za przez dla przy pod nad przed między bez oraz a ale lub albo nie jest są był była było były być będzie będą ma
            mają mam ja ty on ona ono my wy oni go jej jego ich im mu mnie mi ci się to ten ta te tego tej tych tym tak że żeby aby co kto który która
            które których którym jak gdy kiedy gdzie dlaczego jeśli bo więc też także tylko już jeszcze bardzo może można czy każdy wszystkie jako swoje
            swój niż po również podczas
            """),
        ("sv", """
            och eller men att det den de en ett i på av för till med om från vid under över efter före mellan genom utan är var varit vara har hade kan
            kunde ska skulle måste vill inte ingen inga jag du han hon vi ni dem mig dig sig honom henne oss er min din sin sitt sina mitt hans hennes
            deras som vad vem vilken vilket vilka hur varför när där här så då också bara mycket mer mest många alla varje denna detta dessa blir blev
            bli eftersom medan ännu redan se sedan
            """),

        // Danish and both kinds of Norwegian: too close to be told apart by words that common.
        ("da", """
            og eller men at det den de en et ei i på af av for til med om fra ved under over efter etter før mellem mellom gennem gjennom uden uten er
            var været vært være har havde hadde kan kunne skal skulle må vil ikke ingen jeg du han hun vi dem mig meg dig deg sig seg ham henne os oss
            min din sin sit sitt sine mit hans hendes hennes deres som hvad hva hvem hvilken hvordan hvorfor når der her så da også bare kun meget mye
            mer mere mest mange alle denne dette disse bliver blev blir ble fordi mens allerede hvor hver hvis hvilke blevet blitt siden se
            """),
        ("tr", """
            ve veya ile bir bu şu o da de ki mi mı mu mü için gibi kadar daha en çok az ne nasıl neden niçin kim hangi her hiç ama fakat ancak çünkü
            eğer ise değil var yok olan olarak oldu olduğu olur ben sen biz siz onlar bunu bunun buna bunlar onun ona onu benim senin bizim sonra önce
            göre kendi tüm bütün bazı aynı şey hem ya yani bile sadece yalnızca arasında üzerinde içinde üzere böyle nerede olması
            """),
        ("cs", """
            a i v ve s se z ze na do od o u po za při pro pod nad před mezi bez k ke nebo ale ne není je jsou byl byla bylo byly být bude budou má mají
            mám já ty on ona ono my vy oni ho jej jeho její jejich jim mu mě mi si to ten ta té toho tom tím tak že aby co kdo který která které kterou
            jak když kdy kde proč pokud protože také jen už již ještě velmi může lze všechny jako svůj než podle však jsem jsme ji jí pak těch
            mohu můžeš toto tato
            """),
        ("ru", """
            и в во на с со к ко по из у о об от до для за при под над без между не ни но а или что чтобы как так это этот эта эти этого этой то тот
            я ты он она оно мы вы они его её ее их ему ей им мне меня нас вас себя был была было были быть есть будет который которая которые которых
            если когда где почему потому только уже ещё еще очень может можно нужно же бы ли тоже также все всё после перед чем более
            """),
        ("uk", """
            і й та в у на з із зі до від для за при під над без між про по не ні але а або що щоб як так це цей ця ці цього цієї то той я ти він вона
            воно ми ви вони його її їх йому їй їм мені мене нас вас себе був була було були бути є буде який яка які яких якщо коли де чому тому тільки
            вже ще дуже може можна потрібно ж би чи теж також все всі після перед ніж більш
            """),
        (string.Empty, """
            el la els les l un una uns unes de del dels al als d i o però no és són era ser està ha han hi jo ell ella nosaltres em et es ens li seu
            seva seus aquest aquesta aquests això que qui quin en amb per sense sobre entre fins des si com quan on perquè també més molt ja pot tot tots
            """),
        (string.Empty, """
            și si sau dar nu este e sunt era a au am ai fi fost un o unui unei al ale lui ei lor cu de la în in pe pentru din prin după ca că care ce
            cum când unde mai foarte se să eu tu el ea noi voi ele îi îl le acest această acesta aceste tot toate dacă poate
            """),
        (string.Empty, """
            a i v vo s so sa z zo na do od o u po za pri pre pod nad pred medzi bez k ku alebo ale nie je sú bol bola bolo boli byť bude má majú som ja
            ty on ona my vy oni ho jeho jej ich mu mi si to ten tá tak že aby čo kto ktorý ktorá ktoré ako keď kde prečo ak pretože tiež len už ešte veľmi
            môže
            """),
        (string.Empty, """
            die en of maar nie is was sal het kan moet ek jy hy sy ons julle hulle my jou haar hul van in op te met vir deur by aan uit na oor onder
            tot om as dan dat dit hierdie wat wie waar hoe hoekom omdat ook nog baie meer daar alle
            """),
        (string.Empty, """
            и в във на с със към по из у за от до при под над без между не но а или че да как така това този тази тези то тя той аз ти ние вие те го
            му им ме ми се си е са съм бе беше бъде ще който която които ако когато къде защо само вече още много може какво
            """),
        (string.Empty, """
            и у на с са к ка по из о од до за при под над без између не ни али а или што да како тако то тај та те ово је су сам био била било бити ће
            који која које ако када кад где зашто само већ још врло може ја ти он она ми ви они му им се
            """),
        (string.Empty, """
            e o a i u je su sam bio bila bilo biti će na s sa od do za po iz pri pod nad bez između ne ni ali ili što da kako tako to taj ta te ovo koji
            koja koje ako kada kad gdje gde zašto samo već još vrlo može ja ti on ona mi vi oni mu im se nije
            """),
    ];

    private static readonly FrozenDictionary<string, Entry> Words = Create();

    /// <summary>Gets how many lists there are.</summary>
    public static int ListCount => Lists.Length;

    /// <summary>Gets how many words there are.</summary>
    public static int WordCount => Words.Count;

    /// <summary>Gets the lookup by span, case ignored.</summary>
    public static FrozenDictionary<string, Entry>.AlternateLookup<ReadOnlySpan<char>> Lookup { get; } =
        Words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Gets the code of a list; empty for a language that is never reported.</summary>
    public static string CodeOf(int list) => Lists[list].Code;

    /// <summary>Finds the list of a code; -1 when there is none.</summary>
    public static int IndexOf(ReadOnlySpan<char> code)
    {
        for (int i = 0; i < Lists.Length; i++)
        {
            if (!code.IsEmpty && code.Equals(Lists[i].Code, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    private static FrozenDictionary<string, Entry> Create()
    {
        Dictionary<string, Entry> words = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < Lists.Length; i++)
        {
            foreach (string word in Lists[i].Words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                words[word] = words.TryGetValue(word, out Entry known) ? known with { Languages = known.Languages | (1u << i) } : new(words.Count, 1u << i);
            }
        }

        return words.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Tells the number of a word and, one bit each, the lists that it stands in.</summary>
    internal readonly record struct Entry(int Id, uint Languages);
}
