// Reads WebVTT from standard input as strictly as a validator does. Prints the cues as JSON; on any fault
// it prints them to standard error and exits 1.
//
//   node tests/browser/webvtt.mjs chapters|captions <file.vtt
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { WebVTTParser } = require("webvtt-parser");
const input = readFileSync(0, "utf8");
const parser = new WebVTTParser(require("webvtt-parser/html-entities.json"));
const tree = parser.parse(input, process.argv[2] ?? "captions");
if (tree.errors.length > 0) {
  console.error(JSON.stringify(tree.errors));
  process.exit(1);
}
const text = (nodes) => nodes.map((node) => (node.type === "text" ? node.value : text(node.children ?? []))).join("");
const cues = tree.cues.map((cue) => ({ id: cue.id, start: Math.round(cue.startTime), end: Math.round(cue.endTime), text: text(cue.tree.children) }));
console.log(JSON.stringify(cues));
