// node reference.mjs encode <tokenizer.json> <texts.json> <ids.json>: the ids of each text, special tokens included
// node reference.mjs normalize <texts.json> <forms.json>: each text in NFC, NFD, NFKC and NFKD
import { readFileSync, writeFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";

const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const [command, ...files] = process.argv.slice(2);
if (command === "encode") {
  const tokenizer = new Tokenizer(read(files[0]), {});
  writeFileSync(files[2], JSON.stringify(read(files[1]).map((text) => tokenizer.encode(text).ids)));
} else {
  const texts = read(files[0]);
  writeFileSync(files[1], JSON.stringify(texts.map((text) => ["NFC", "NFD", "NFKC", "NFKD"].map((form) => text.normalize(form)))));
}
