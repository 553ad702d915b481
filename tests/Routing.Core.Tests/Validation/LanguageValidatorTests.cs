using LlmRouting.Core.Tests.TextAnalysis;
using LlmRouting.Validation;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Validation;

public sealed class LanguageValidatorTests
{
    private const string English = "You can compare the time at which each file was written with the start of yesterday, and keep a copy of what was in it.";
    private const string German = "Wie kann ich herausfinden, welche Dateien in diesem Ordner sich seit gestern geändert haben?";

    [Test]
    public void Language_ThatDiffers_IsRejected()
    {
        List<string> passed = [];
        int pairs = 0;
        foreach ((string asked, string question, _) in Paragraphs.All)
        {
            foreach ((string code, _, string answer) in Paragraphs.All)
            {
                // Across scripts, the rule for scripts comes first and sends back instead.
                if (code != asked && code is "ru" or "uk" == asked is "ru" or "uk")
                {
                    pairs++;
                    ValidationVerdict verdict = new LanguageValidator().Judge(Answers.Request(text: question), Answers.Text(answer));
                    if (verdict is not { Kind: ValidationVerdictKind.Reject, Reason: "the answer is in another language than the request" })
                    {
                        passed.Add($"{asked}-{code}");
                    }
                }
            }
        }

        Assert.That(pairs, Is.GreaterThan(500));
        Assert.That(passed, Is.Empty);
    }

    [Test]
    public void Language_ThatIsTheSame_IsAccepted()
    {
        foreach ((string asked, string question, _) in Paragraphs.All)
        {
            foreach ((_, _, string answer) in Paragraphs.All.Where(p => p.Code == asked))
            {
                Assert.That(new LanguageValidator().Verdict(answer, Answers.Request(text: question)), Is.EqualTo(ValidationVerdictKind.Accept), question);
            }
        }
    }

    [TestCase("Übersetze das bitte, damit ich es an meine Kollegen und an die Kunden senden kann.")]
    [TestCase("Kannst du mir auf Englisch sagen, wie ich diese Datei in dem Ordner finde und öffne?")]
    [TestCase("Traduis ce texte pour que je puisse le donner à mes amis qui ne sont pas d'ici.")]
    [TestCase("Est-ce que tu peux dire cela en anglais pour que je le donne à mes amis ?")]
    [TestCase("Traduce este texto para que se lo pueda dar a mis amigos que no son de aquí.")]
    [TestCase("¿Me puedes decir en inglés cómo se llama esto que tengo en la mano y para qué es?")]
    [TestCase("Traduci questo testo per i miei amici che non sono di qui e che non lo possono leggere.")]
    [TestCase("Traduza este texto para que eu o possa dar aos meus amigos que não são daqui.")]
    [TestCase("Vertaal dit voor mij, zodat ik het aan de mensen kan geven die hier niet wonen.")]
    [TestCase("Przetłumacz to dla mnie, bo nie mogę tego dać moim kolegom, którzy są z daleka.")]
    [TestCase("Kan du säga det på engelska så att jag kan ge det till mina vänner som inte är här?")]
    [TestCase("Oversæt det for mig, så jeg kan give det til mine venner, som ikke er her.")]
    [TestCase("Bunu benim için çevir, çünkü bu şey çok uzun ve ben daha fazla bekleyemem.")]
    [TestCase("Přelož to pro mě, protože to nemohu dát svým přátelům, kteří nejsou odsud.")]
    public void Language_ThatIsAskedFor_IsAccepted(string question) =>
        Assert.That(new LanguageValidator().Verdict(English, Answers.Request(text: question)), Is.EqualTo(ValidationVerdictKind.Accept));

    [TestCase("Translate to Russian what I have said to you about the house and the garden.")]
    [TestCase("Wie sagt man das auf Russisch, wenn man es eilig hat?")]
    public void Script_ThatIsAskedFor_IsAccepted(string question) =>
        Assert.That(new LanguageValidator().Verdict(Paragraphs.All[13].Answer, Answers.Request(text: question)), Is.EqualTo(ValidationVerdictKind.Accept));

    [Test]
    public void Language_ThatTheSystemOrAnEarlierMessageNames_IsAccepted([Values("system", "user")] string role)
    {
        RoutingRequest request = new([new ChatMessage(new ChatRole(role), "Always answer in English."), new ChatMessage(ChatRole.User, German)], null);

        Assert.That(new LanguageValidator().Verdict(English, request), Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.That(
            new LanguageValidator().Verdict(English, Answers.Request(new ChatOptions { Instructions = "Answer in English." }, German)),
            Is.EqualTo(ValidationVerdictKind.Accept));
    }

    [TestCase("Yes, in the box.")]
    [TestCase("42")]
    [TestCase("The Who, The Cure, The Clash, The Doors")]
    [TestCase("```\nfind . -newermt yesterday # this is what you want and it is all that you need\n```")]
    [TestCase("for file in files:\n    if file.changed and file is not None:\n        print(file)")]
    [TestCase("Die Antwort steht im Handbuch: \"You can compare the time at which each file was written with the start of the day.\"")]
    [TestCase("> You can compare the time at which each file was written with the start of yesterday.")]
    [TestCase("It is in the house and it is old. Das Haus ist alt und es ist auf dem Hügel.")]
    public void Language_OfAnAnswerThatSaysNothing_IsAccepted(string answer) =>
        Assert.That(new LanguageValidator().Verdict(answer, Answers.Request(text: German)), Is.EqualTo(ValidationVerdictKind.Accept));

    [TestCase("Summarise:\n\nDas Haus ist alt, und es ist nicht mehr das, was es war, als wir dort noch wohnten.\nWir haben es sehr gern.")]
    [TestCase("What does this say?\nDas Haus ist alt, und es ist nicht mehr das, was es war, als wir dort noch wohnten.")]
    [TestCase("Das Haus ist alt, und es ist nicht mehr das, was es war, als wir dort noch wohnten.\nWhat is this about?")]
    [TestCase("TL;DR: Das Haus ist alt, und es ist nicht mehr das, was es war, als wir dort noch wohnten.")]
    public void Language_OfAPastedText_IsNotThatOfTheRequest(string question) =>
        Assert.That(new LanguageValidator().Verdict(English, Answers.Request(text: question)), Is.EqualTo(ValidationVerdictKind.Accept));

    [TestCase("de", ValidationVerdictKind.Reject)]
    [TestCase("DE", ValidationVerdictKind.Reject)]
    [TestCase("no", ValidationVerdictKind.Reject)]
    [TestCase("en", ValidationVerdictKind.Accept)]
    [TestCase("uk", ValidationVerdictKind.Repair)]
    public void Language_CanBeSet(string language, ValidationVerdictKind kind) =>
        Assert.That(
            new LanguageValidator(new LanguageValidationSettings { Language = language }).Verdict(English, Answers.Request(text: "Say it in English")),
            Is.EqualTo(kind));

    [TestCase("")]
    [TestCase("xx")]
    [TestCase("german")]
    public void Language_ThatCannotBeTold_CannotBeSet(string language) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new LanguageValidator(new LanguageValidationSettings { Language = language }));
}
