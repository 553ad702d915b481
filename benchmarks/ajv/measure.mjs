// Times ajv's compiled validators over the cases in ./cases and prints one line of JSON: { case: { parse, validate, both } } in
// nanoseconds per document. `schema-speed` of Routing.Lab runs it next to its own measurement.
import { readdirSync, readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";

const ROUNDS = 7;
const ROUND_MS = 300;
const WARM_UP_MS = 1000;

const folder = new URL("./cases/", import.meta.url);
let sink = 0;

function run(action, milliseconds) {
  const end = performance.now() + milliseconds;
  const start = performance.now();
  let count = 0;
  while (performance.now() < end) {
    for (let i = 0; i < 64; i++) sink += action() ? 1 : 0;
    count += 64;
  }
  return ((performance.now() - start) * 1e6) / count;
}

function best(action) {
  run(action, WARM_UP_MS);
  return Math.min(...Array.from({ length: ROUNDS }, () => run(action, ROUND_MS)));
}

const results = {};
for (const file of readdirSync(folder).filter((name) => name.endsWith(".json")).sort()) {
  const { schema, document } = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  const validate = new Ajv2020({ strict: false }).compile(schema);
  const text = JSON.stringify(document);
  const parsed = JSON.parse(text);
  if (!validate(parsed)) throw new Error(`${file}: ${JSON.stringify(validate.errors)}`);
  results[file.replace(".json", "")] = {
    parse: best(() => JSON.parse(text)),
    validate: best(() => validate(parsed)),
    both: best(() => validate(JSON.parse(text))),
  };
}
if (sink === 0) throw new Error("nothing ran");
console.log(JSON.stringify(results));
