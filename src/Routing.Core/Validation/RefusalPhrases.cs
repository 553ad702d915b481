using System.Collections.Immutable;

namespace LlmRouting.Validation;

/// <summary>Holds the phrases with which models refuse or hedge, in the languages that most answers come in.</summary>
/// <remarks>Written by hand. Each is specific enough that a helpful answer seldom starts a sentence with it: "I can't wait" is none.</remarks>
public static class RefusalPhrases
{
    /// <summary>Gets phrases of refusal.</summary>
    public static ImmutableArray<string> Refusals { get; } =
    [
        // English
        "i can't help", "i cannot help", "i can't assist", "i cannot assist", "i can't provide", "i cannot provide", "i can't comply",
        "i cannot comply", "i can't do that", "i cannot do that", "i can't fulfill", "i cannot fulfill", "i can't answer", "i cannot answer",
        "i can't create", "i cannot create", "i can't generate", "i cannot generate", "i can't write", "i cannot write", "i can't discuss",
        "i cannot discuss", "i can't engage", "i cannot engage", "i can't share", "i cannot share", "i can't support", "i cannot support",
        "i'm unable to", "i am unable to", "i'm not able to", "i am not able to", "i won't be able to", "i will not be able to",
        "i won't help", "i will not help", "i won't provide", "i will not provide", "i must decline", "i have to decline", "i need to decline",
        "i'm going to decline", "i must refuse", "i have to refuse", "i refuse to", "i'm sorry, but i", "i am sorry, but i",
        "i'm sorry, i can't", "i'm sorry, i cannot", "i am sorry, i cannot", "sorry, but i can't", "sorry, but i cannot", "sorry, i can't",
        "sorry, i cannot", "i apologize, but i", "i apologise, but i", "my apologies, but i", "unfortunately, i can't", "unfortunately, i cannot",
        "unfortunately, i'm unable", "unfortunately, i am unable", "unfortunately, i'm not able", "as an ai language model, i can't",
        "as an ai language model, i cannot", "as an ai, i can't", "as an ai, i cannot", "as an ai assistant, i can't",
        "as an ai assistant, i cannot", "it would not be appropriate for me", "it is against my guidelines", "this request violates",
        "that request violates", "that goes against my",

        // German
        "ich kann dabei nicht helfen", "ich kann ihnen dabei nicht", "ich kann dir dabei nicht", "ich kann diese anfrage nicht",
        "ich kann das nicht beantworten", "es tut mir leid, aber ich kann", "tut mir leid, aber ich kann", "leider kann ich", "ich darf nicht",
        "ich bin nicht in der lage", "ich muss ablehnen",

        // French
        "je ne peux pas vous aider", "je ne peux pas t'aider", "je ne peux pas r\u00e9pondre", "je ne peux pas fournir", "je suis d\u00e9sol\u00e9, mais je ne",
        "d\u00e9sol\u00e9, je ne peux pas", "d\u00e9sol\u00e9, mais je ne peux", "je ne suis pas en mesure", "malheureusement, je ne peux pas",

        // Spanish
        "no puedo ayudar*", "no puedo proporcionar", "no puedo responder", "no puedo cumplir", "lo siento, pero no puedo", "lo siento, no puedo",
        "lamentablemente, no puedo", "no me es posible",

        // Portuguese
        "n\u00e3o posso ajudar", "n\u00e3o posso fornecer", "n\u00e3o posso responder", "desculpe, mas n\u00e3o posso", "sinto muito, mas n\u00e3o posso", "lamento, mas n\u00e3o posso",
        "infelizmente, n\u00e3o posso",

        // Italian
        "non posso aiutar*", "non posso fornire", "non posso rispondere", "mi dispiace, ma non posso", "purtroppo non posso", "non sono in grado di",

        // Dutch
        "ik kan je daar niet", "ik kan u daar niet", "ik kan hier niet mee helpen", "het spijt me, maar ik kan", "sorry, maar ik kan",

        // Polish
        "nie mog\u0119 pom\u00f3c", "nie mog\u0119 odpowiedzie\u0107", "przykro mi, ale nie mog\u0119", "przepraszam, ale nie mog\u0119",

        // Russian
        "\u044f \u043d\u0435 \u043c\u043e\u0433\u0443 \u043f\u043e\u043c\u043e\u0447\u044c", "\u044f \u043d\u0435 \u043c\u043e\u0433\u0443 \u043e\u0442\u0432\u0435\u0442\u0438\u0442\u044c", "\u044f \u043d\u0435 \u043c\u043e\u0433\u0443 \u043f\u0440\u0435\u0434\u043e\u0441\u0442\u0430\u0432\u0438\u0442\u044c", "\u0438\u0437\u0432\u0438\u043d\u0438\u0442\u0435, \u043d\u043e \u044f \u043d\u0435 \u043c\u043e\u0433\u0443", "\u043a \u0441\u043e\u0436\u0430\u043b\u0435\u043d\u0438\u044e, \u044f \u043d\u0435 \u043c\u043e\u0433\u0443",

        // Turkish
        "\u00fczg\u00fcn\u00fcm, ancak", "\u00fczg\u00fcn\u00fcm, bu konuda yard\u0131mc\u0131 olamam",

        // Chinese, Japanese, Korean: no spaces between words, so a phrase is followed by anything
        "\u6211\u65e0\u6cd5*", "\u62b1\u6b49\uff0c\u6211\u65e0\u6cd5*", "\u62b1\u6b49\uff0c\u6211\u4e0d\u80fd*", "\u5bf9\u4e0d\u8d77\uff0c\u6211\u4e0d\u80fd*", "\u5bf9\u4e0d\u8d77\uff0c\u6211\u65e0\u6cd5*", "\u5f88\u62b1\u6b49\uff0c\u6211*",
        "\u7533\u3057\u8a33\u3042\u308a\u307e\u305b\u3093\u304c*", "\u7533\u3057\u8a33\u3054\u3056\u3044\u307e\u305b\u3093\u304c*", "\u305d\u306e\u3054\u4f9d\u983c\u306b\u306f\u304a\u5fdc\u3048\u3067\u304d*",
        "\uc8c4\uc1a1\ud558\uc9c0\ub9cc*", "\uc8c4\uc1a1\ud569\ub2c8\ub2e4\ub9cc*",
    ];

    /// <summary>Gets phrases with which an answer admits that it does not know.</summary>
    public static ImmutableArray<string> Hedges { get; } =
    [
        "i don't know", "i do not know", "i'm not sure", "i am not sure", "i'm not certain", "i am not certain", "i don't have enough information",
        "i do not have enough information", "i don't have access", "i do not have access", "i don't have information", "i do not have information",
        "it's unclear", "it is unclear", "it's hard to say", "it is hard to say", "as of my last update", "as of my knowledge cutoff",
        "ich wei\u00df nicht", "ich bin mir nicht sicher", "ich habe keinen zugriff", "je ne sais pas", "je ne suis pas s\u00fbr", "no lo s\u00e9", "no estoy seguro",
        "n\u00e3o sei", "n\u00e3o tenho certeza", "non lo so", "non sono sicuro", "ik weet het niet", "nie wiem", "\u044f \u043d\u0435 \u0437\u043d\u0430\u044e", "\u6211\u4e0d\u77e5\u9053*", "\u6211\u4e0d\u786e\u5b9a*",
        "\u308f\u304b\u308a\u307e\u305b\u3093*", "\uc798 \ubaa8\ub974\uaca0\uc2b5\ub2c8\ub2e4*",
    ];
}
