// Starts the mock server on a free port of loopback, says where, and goes away with whoever started it.
import { pathToFileURL } from "node:url";

const [, , entryPoint, fixtures] = process.argv;
const { LLMock } = await import(pathToFileURL(entryPoint).href);
const server = new LLMock({ host: "127.0.0.1", port: 0, logLevel: "silent", chunkSize: 8 });
server.loadFixtureFile(fixtures);
await server.start();
console.log(server.url);

// The pipe closes when the tests end, however they end: nothing is left behind.
process.stdin.resume();
process.stdin.on("close", () => process.exit(0));
