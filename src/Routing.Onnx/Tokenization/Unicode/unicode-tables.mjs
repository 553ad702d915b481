// Writes UnicodeTables.cs from what the running Node.js knows of Unicode: node unicode-tables.mjs > UnicodeTables.cs
//
// .NET's own Normalize() and ToLower() depend on the host: in globalization-invariant mode, the default of many container images, they leave
// text as it is. A tokenizer that gives other ids there would be wrong without a word, so it brings its own tables.
//
// A table is a list of numbers, each in base 32, least significant digit first, in the base64url alphabet, whose upper half says that another
// digit follows. An entry starts with the gap from the last entry's code point.
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const LAST = 0x10ffff;

function number(value) {
  let text = "";
  while (value >= 32) {
    text += ALPHABET[32 + (value % 32)];
    value = Math.floor(value / 32);
  }
  return text + ALPHABET[value];
}

const points = (text) => Array.from(text, (c) => c.codePointAt(0));
const isHangul = (c) => c >= 0xac00 && c <= 0xd7a3;

function* scalars() {
  for (let c = 0; c <= LAST; c++) {
    if (c < 0xd800 || c > 0xdfff) yield c;
  }
}

// Entry: gap, count, code points.
function mapping(map) {
  let text = "", last = 0, entries = 0;
  for (const c of scalars()) {
    const target = map(c);
    if (target === null) continue;
    text += number(c - last) + number(target.length) + target.map(number).join("");
    last = c;
    entries++;
  }
  return [text, entries];
}

const changed = (c, text) => (text === String.fromCodePoint(c) ? null : points(text));
const canonical = mapping((c) => (isHangul(c) ? null : changed(c, String.fromCodePoint(c).normalize("NFD"))));
const compatible = mapping((c) => {
  if (isHangul(c)) return null;
  const full = String.fromCodePoint(c).normalize("NFKD");
  return full === String.fromCodePoint(c).normalize("NFD") ? null : points(full);
});
const lower = mapping((c) => changed(c, String.fromCodePoint(c).toLowerCase()));

// Combining classes are only ever compared, so their order is enough. Two marks swap when the second one's class is lower and neither is 0.
const marks = [...scalars()].filter((c) => /^\p{M}$/u.test(String.fromCodePoint(c)));
const nfd = (...cs) => String.fromCodePoint(...cs).normalize("NFD");
const raw = (...cs) => String.fromCodePoint(...cs);
const swaps = (a, b) => nfd(a, b) !== raw(a, b) && nfd(a, b) === raw(b, a);
// U+0334 has the lowest class that a mark can have, U+0345 the highest.
const reorders = (c) => c === 0x334 || c === 0x345 || swaps(0x345, c) || swaps(c, 0x334);
const moving = marks.filter((c) => nfd(c) === raw(c) && reorders(c));
const classes = [];
for (const c of moving) {
  const at = classes.findIndex(([r]) => !swaps(c, r) && !swaps(r, c));
  if (at >= 0) classes[at].push(c);
  else classes.push([c]);
}
classes.sort(([a], [b]) => (swaps(b, a) ? -1 : 1));
const order = new Map(classes.flatMap((cs, i) => cs.map((c) => [c, i + 1])));
const ordered = mapping((c) => (order.has(c) ? [order.get(c)] : null));

// Entry: gap of the composite, then the pair that composes to it.
let pairs = "", last = 0, pairCount = 0;
for (const c of scalars()) {
  const text = String.fromCodePoint(c);
  const full = points(text.normalize("NFD"));
  if (isHangul(c) || full.length < 2 || text.normalize("NFC") !== text) continue;
  const second = full.pop();
  const first = points(String.fromCodePoint(...full).normalize("NFC"));
  if (first.length !== 1) throw new Error(`U+${c.toString(16)} is no pair`);
  pairs += number(c - last) + number(first[0]) + number(second);
  last = c;
  pairCount++;
}

function constant(name, summary, text) {
  const lines = text.match(/.{1,116}/g).map((line) => `"${line}"`);
  return `    // ${summary}\n    internal const string ${name} =\n        ${lines.join(" +\n        ")};\n`;
}

console.log(`namespace LlmRouting.Onnx.Tokenization.Unicode;

// Written by unicode-tables.mjs from Unicode ${process.versions.unicode}; how it is written is told there.
internal static class UnicodeTables
{
${[
  constant("Canonical", `Full canonical decompositions but for Hangul: ${canonical[1]} entries.`, canonical[0]),
  constant("Compatible", `Full compatibility decompositions where they differ from those: ${compatible[1]} entries.`, compatible[0]),
  constant("Lower", `Lower case, one code point at a time: ${lower[1]} entries.`, lower[0]),
  constant("Order", `Ranks of the combining classes, 1 to ${classes.length}; marks that are not here never move: ${ordered[1]} entries.`, ordered[0]),
  constant("Composites", `Primary composites but for Hangul: ${pairCount} entries.`, pairs),
].join("\n")}}`);
