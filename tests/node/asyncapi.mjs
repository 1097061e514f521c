// Reads an AsyncAPI document as its public parser does; prints what it finds wrong, as JSON.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const text = await readFile(process.argv[2], "utf8");
const { document, diagnostics } = await new Parser().parse(text);
const found = diagnostics.map(({ severity, code, message, path }) => ({
  severity,
  code,
  message,
  path: path.join("."),
}));
const read = document && {
  operations: document.operations().length,
  messages: document.allMessages().length,
};
console.log(JSON.stringify({ read: read ?? null, found }));
