"""Writes UnicodeTables.cs from the files of the Unicode Character Database: python3 unicode-tables.py <folder of the UCD> > UnicodeTables.cs

Each set is a list of ranges; a range is two numbers (gap from the end of the last range, length less one), and a number is
base 32, most significant digit last, in the base64url alphabet, whose upper half says that another digit follows.
"""
import os, re, sys

ROOT = sys.argv[1]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def read(name):
    """Yields (first, last, fields) for each line of a file of the database."""
    with open(os.path.join(ROOT, name), encoding="utf-8") as lines:
        for line in lines:
            fields = [field.strip() for field in line.split("#")[0].split(";")]
            match = re.fullmatch(r"([0-9A-F]{4,6})(?:\.\.([0-9A-F]{4,6}))?", fields[0])
            if match:
                yield int(match[1], 16), int(match[2] or match[1], 16), fields[1:]


def sets(name, keep=lambda value: True):
    found = {}
    for first, last, fields in read(name):
        if keep(fields[0]):
            found.setdefault(fields[0], set()).update(range(first, last + 1))
    return found


def number(value):
    text = ""
    while value >= 32:
        text += ALPHABET[32 + value % 32]
        value //= 32
    return text + ALPHABET[value]


def encode(points):
    text, end, points = "", 0, sorted(points)
    start = 0
    while start < len(points):
        stop = start
        while stop + 1 < len(points) and points[stop + 1] == points[stop] + 1:
            stop += 1
        text += number(points[start] - end) + number(stop - start)
        end = points[stop] + 1
        start = stop + 1
    return text


def table(named):
    return ";".join(f"{name}:{encode(points)}" for name, points in sorted(named.items()))


def constant(name, summary, text):
    lines = [text[i:i + 116] for i in range(0, len(text), 116)]
    body = " +\n        ".join(f'"{line}"' for line in lines)
    return f"    // {summary}\n    internal const string {name} =\n        {body};\n"


categories = sets("extracted/DerivedGeneralCategory.txt")
categories.pop("Cn", None)
normal = sets("DerivedNormalizationProps.txt", lambda value: value == "Changes_When_NFKC_Casefolded")
properties = sets("PropList.txt") | sets("DerivedCoreProperties.txt") | sets("emoji/emoji-data.txt")
jamo = sets("HangulSyllableType.txt", lambda value: value in ("L", "V", "T"))
joining = sets("extracted/DerivedJoiningType.txt")
bidi = sets("extracted/DerivedBidiClass.txt")
virama = sets("extracted/DerivedCombiningClass.txt", lambda value: value == "9")["9"]

# RFC 5892, section 3: the code points that are PVALID, and those that a contextual rule checks by themselves.
valid = set().union(*(categories[c] for c in ("Ll", "Lu", "Lo", "Nd", "Lm", "Mn", "Mc"))) - normal["Changes_When_NFKC_Casefolded"]
valid -= properties["Default_Ignorable_Code_Point"] | properties["White_Space"] | properties["Noncharacter_Code_Point"]
valid -= set(range(0x20D0, 0x2100)) | set(range(0x1D100, 0x1D250)) | set().union(*jamo.values())
valid |= {0x2D, 0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007}
valid -= {0x640, 0x7FA, 0x302E, 0x302F, *range(0x3031, 0x3036), 0x303B}
idna = {"PVALID": valid, "Virama": virama}
relevant = valid | {0xB7, 0x375, 0x5F3, 0x5F4, 0x30FB, 0x200C, 0x200D}
idna |= {f"Join{name}": points & (relevant if name != "T" else points) for name, points in joining.items() if name in "LRDT"}
idna |= {f"Bidi{name}": bidi[name] & relevant for name in ("R", "AL", "AN", "EN", "ES", "CS", "ET", "ON", "BN", "NSM")}

wanted = ("ASCII_Hex_Digit", "Alphabetic", "Case_Ignorable", "Cased", "Dash", "Default_Ignorable_Code_Point", "Diacritic", "Emoji",
          "Emoji_Component", "Emoji_Modifier", "Emoji_Modifier_Base", "Emoji_Presentation", "Extended_Pictographic", "Hex_Digit",
          "ID_Continue", "ID_Start", "Ideographic", "Join_Control", "Lowercase", "Math", "Noncharacter_Code_Point",
          "Pattern_Syntax", "Pattern_White_Space", "Quotation_Mark", "Regional_Indicator", "Unified_Ideograph", "Uppercase",
          "Variation_Selector", "White_Space", "XID_Continue", "XID_Start")
aliases = {}
with open(os.path.join(ROOT, "PropertyValueAliases.txt"), encoding="utf-8") as lines:
    for line in lines:
        fields = [field.strip() for field in line.split("#")[0].split(";")]
        if fields[0] == "sc":
            aliases.update({alias: fields[2] for alias in fields[1:]})

print("namespace LlmRouting.JsonSchema;\n")
print("// Written by unicode-tables.py from the Unicode Character Database 15.0.0; how it is written is told there.")
print("internal static class UnicodeTables\n{")
print(constant("Scripts", "Scripts.txt", table(sets("Scripts.txt"))))
print(constant("ScriptAliases", "PropertyValueAliases.txt, short name to long name", ";".join(f"{a}:{n}" for a, n in sorted(aliases.items()) if a != n)))
print(constant("Categories", "DerivedGeneralCategory.txt", table(categories)))
print(constant("Properties", "PropList.txt, DerivedCoreProperties.txt and emoji-data.txt", table({n: properties[n] for n in wanted})))
print(constant("Idna", "RFC 5892 (PVALID), joining types, and bidirectional classes of what a label may hold", table(idna)), end="")
print("}")
