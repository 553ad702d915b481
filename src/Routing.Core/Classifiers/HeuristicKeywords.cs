using System.Collections.Immutable;

namespace LlmRouting.Classifiers;

/// <summary>Holds the built-in keyword lists; commas separate the entries.</summary>
internal static class HeuristicKeywords
{
    public static ImmutableArray<HeuristicDimension> Dimensions { get; } =
    [
        Of("reasoning", 1.8, "analytical", """
            why does, why is, why are, why would, prove, proof, analy*, evaluat*, compar*, contrast, justif*, reason about, reasoning, implication*,
            trade-off, tradeoff*, trade-offs, pros and cons, assess*, critiqu*, critical*, argue, argument for, hypothes*, infer, deduce, conclud*,
            explain why, explain how, in depth, in detail, detailed, root cause, diagnos*, strateg*, optimal, optimi*, investigat*, theor*,
            consequen*, interpret*, relationship between, difference between, evidence, advantages and disadvantages,
            warum, beweise, analysiere, vergleiche, begründe, erkläre, bewerte, pourquoi, prouve*, analyse*, compare*, expliqu*, justifie*, évalue*,
            por qué, demuestra, analiza*, explica*, evalúa, justifica, perché, dimostra, analizza, spiega*, confronta, por que, explique, prove que,
            почему, докажи*, проанализируй*, сравни*, объясни*, обоснуй*, оцени*, 为什么, 证明, 分析, 比较, 解释, 评估, 推理,
            なぜ, 証明, 分析, 比較, 説明, 評価, 推論
            """),
        Of("code", 1.7, "code", """
            code, coding, function that, write a function, python, javascript, typescript, java, c++, c#, golang, rust, sql, html, css, react, django,
            algorithm*, implement*, refactor*, debug*, compile*, compiler, regex, unit test*, script, class that, api, json, xml, yaml, docker*,
            kubernetes, linux, bash, powershell, database, query, async*, multithread*, stack trace, exception, null pointer, repository, git,
            terraform, aws, azure, server*, backend, cluster, install*, configur*, command line, library, chatbot, bot, browser, password manager, firewall, wifi, deploy*, frontend, endpoint, pytorch, tensorflow, pandas, numpy, matlab, excel, vba, latex, software,
            programm*, assembly, arduino, opencv, shader, vue, angular, node.js, flutter, android, ios app, swift, kotlin, php, ruby, c program,
            programmier*, quellcode, quelltext, código, codice, programme en, скрипт*, функци*, 代码, 函数, 编程, 算法, 程序,
            コード, 関数, プログラム, アルゴリズム
            """),
        Of("math", 1.7, "math", """
            equation*, integral*, integrat*, derivativ*, differentia*, theorem*, lemma, matrix, matrices, eigenvalue*, probabilit*, polynomial*,
            modulo, prime number*, factorial, calculat*, comput*, solve, solve for, sum of, triangle, circle, hypotenuse, geometr*, algebra*,
            logarithm*, trigonom*, sqrt, frac, vector*, statistic*, variance, standard deviation, expected value, permutation*, combinatori*,
            how many ways, remainder, converge*, limit of, inequalit*, real numbers, integers, positive integer, bayes*, regression,
            gleichung*, ableitung, wahrscheinlichkeit, équation*, dérivée, probabilité*, ecuación, ecuaciones, derivada, probabilidad, equazione,
            equação, уравнени*, вероятност*, производн*, интеграл*, 方程, 积分, 导数, 概率, 计算, 方程式, 積分, 確率, 計算
            """),
        Of("multi-step", 1.6, null, """
            step by step, step-by-step, first, then, finally, after that, afterwards, next step, and then, multiple, several, each of the, for each,
            followed by, in order to, plan for, roadmap, workflow, pipeline, as follows, the following, based on, taking into account, given the,
            schritt für schritt, zuerst, anschließend, danach, étape par étape, d'abord, ensuite, paso a paso, primero, después, passo per passo,
            passo dopo passo, passo a passo, шаг за шагом, сначала, затем, 一步一步, 逐步, 首先, 然后, ステップ, 段階的, まず, 次に
            """),
        Of("constraints", 1.5, null, """
            must, must not, should, at least, at most, no more than, exactly, ensure*, require*, constraint*, without using, only use, avoid*,
            instead of, except, unless, make sure, limit*, within, format*, do not, include*, according to, assume*, assuming, such that, criteria,
            mindestens, höchstens, genau, ohne, au moins, au plus, exactement, sans utiliser, al menos, como máximo, exactamente, sin usar,
            almeno, senza usare, pelo menos, sem usar, не менее, не более, ровно, без использования, 必须, 至少, 不超过, 必ず, 少なくとも, 以内
            """),
        Of("domain", 1.3, null, """
            architect*, design*, microservice*, distributed, concurren*, scalab*, framework*, neural, machine learning, deep learning, model*,
            transformer*, dataset*, quantum, thermodynam*, molecul*, protein*, genom*, patholog*, clinical*, diagnosis, pharmac*, jurisdiction*,
            statut*, liabilit*, contract law, plaintiff, defendant, econom*, macroecon*, elasticit*, derivatives, hedg*, valuation, amortiz*,
            philosoph*, epistem*, ethic*, sociolog*, histor*, geopolit*, linguist*, chemi*, physic*, biolog*, engineer*, encrypt*, cryptograph*,
            protocol*, semiconduct*, voltage, circuit*, kinetic*, catalys*, theory of, systems, parameter*, variable*, simulat*, research*,
            methodolog*, technical*, complex*, advanced, comprehensive*, expert*, professional*
            """),
        Of("task", 1.4, null, """
            write, create, generate, develop, build, design a, draft, produce, propose, suggest, provide, describe, discuss, outline, improve,
            modify, rewrite, convert, act as, you are, your task, help me write, come up with, give me an example, examples of, example,
            schreibe, erstelle, entwirf, entwickle, rédige*, écris, crée, conçois, escribe, crea, genera, diseña, redacta, scrivi, escreva, crie,
            напиши*, создай*, разработай*, 写一, 编写, 设计, 生成, 创建, 書いて, 作成, 設計
            """),
        Of("creative", 0.8, "creative", """
            story, poem, haiku, song, lyrics, novel, fiction, slogan, screenplay, essay, rhym*, limerick, in the style of, character named, brainstorm*,
            blog post, tagline, gedicht, geschichte, poème, histoire courte, poema, cuento, poesia, racconto, conto, стих*, рассказ*,
            诗, 故事, 小说, 詩, 物語, 小説
            """),
        Of("extraction", 0.2, "extraction", """
            extract*, list all, pull out, find all, identify all, parse, classif*, label the, tag the, named entit*, key points, into a table,
            extrahiere, extrais, extrae, estrai, extraia, извлеки*, 提取, 抽取, 抽出
            """),
        Of("summarization", 0.2, "summarization", """
            summar*, tl;dr, tldr, in short, shorten, condense, abstract of, key takeaways, main points, zusammenfass*, fasse, résume*, résumé de,
            resume, resumen, resumir, riassum*, resumo, кратко, резюмируй*, 总结, 概括, 摘要, 要約, まとめ
            """),
        Of("translation", -0.4, "translation", """
            translat*, in french, in german, in spanish, into english, to english, in japanese, in chinese, in italian, how do you say, how do i say,
            übersetz*, traduis, traduire, traduce, traducir, traduci, traduza, переведи*, 翻译, 翻訳, 訳して
            """),
        Of("smalltalk", -2.2, "smalltalk", """
            hi, hello, hey, thanks, thank you, good morning, good evening, good night, how are you, what's up, nice to meet you, bye, goodbye,
            see you, lol, great job, tell me a joke, who are you, what is your name, what's your name, are you a bot, are you human, hobbies, yes, no, okay, ok, sure, maybe, never mind, nevermind,
            hallo, danke, guten tag, tschüss, bonjour, merci, salut, hola, gracias, buenos días, ciao, grazie, olá, obrigado, obrigada, привет, спасибо,
            你好, 谢谢, 再见, こんにちは, ありがとう
            """),
        Of("lookup", -1.5, "lookup", """
            what is the, what's the, what is my, what's my, what are the, who is, who was, when is, when was, when will, when did, where is, where can i, where do i, how much is,
            how much do, how old, how tall, how far, how long, can i, can you tell me, do you, is there, is it, did my, does my, i need to know, tell me, show me, look up, define, meaning of, weather, what time, phone number,
            capital of, what day, wann ist, wo ist, wer ist, was ist, qui est, où est, quand, quién es, dónde está, chi è, dove, quem é, onde fica,
            кто такой, где находится, 是谁, 在哪里, 几点, 誰, どこ, 何時
            """),
        Of("simple", -2.2, null, """
            please, my account, my order, my phone, my bank, my balance, my bill, my payment, set a, set my, turn on, turn off, play, remind me, reminder,
            alarm, timer, call, cancel, book a, order a, add to, remove, change my, update my, reset, refund, balance, transfer,
            shopping list, to do list, todo list, calendar, restaurant, recipe, flight, uber, song, simple, simply, quick, quickly, briefly, short answer,
            yes or no, one word, einfach, kurz, schnell, bitte, simplement, rapidement, s'il vous plaît, sencillo, rápido, por favor, semplice, veloce, per favore,
            rapidamente, просто, быстро, пожалуйста, 简单, 快速, 请问, 簡単, 簡潔, お願い
            """),
        Of(HeuristicSettings.ContextDimension, -0.6, null, """
            that one, this one, the first one, the second one, the last one, the other one, the same, same thing, do it again, try again, once more,
            as above, as before, mentioned above, you said, you mentioned, your previous, previous answer, last answer, earlier, instead, what about,
            how about, and if, go on, continue, elaborate, more detail, shorter, longer, it, that, those, them,
            das letzte, wie oben, nochmal, weiter, und was ist mit, celui-ci, celui-là, comme ci-dessus, continue, et pour, ese, el mismo, como antes,
            sigue, quello, come sopra, continua, aquele, o mesmo, как выше, продолжай, а что насчёт, 上面, 继续, 刚才, 那个, 続けて, 上記, さっき, それ
            """),
    ];

    private static HeuristicDimension Of(string name, double weight, string? category, string keywords) => new()
    {
        Name = name,
        Weight = weight,
        Category = category,
        Keywords = [.. keywords.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
    };
}
