// Reads diagrams with Mermaid itself. In: a JSON object {package: name of the npm package, texts: [...]} on standard
// input. Out: a JSON list with what Mermaid understood of each text, or its error.

import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';

// Enough of a browser for Mermaid to load and to clean texts with; nothing is drawn.
const { window } = new JSDOM('<!DOCTYPE html><body></body>');
globalThis.window = window;
globalThis.document = window.document;
globalThis.Option = window.Option;

const { package: name, texts } = JSON.parse(readFileSync(0, 'utf-8'));
const { default: mermaid } = await import(name);
mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });

// What Mermaid makes of an entity while it reads, and turns into a character when it draws.
const decode = (text) =>
  (text ?? '')
    .replace(/ﬂ°°(\d+)¶ß/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/ﬂ°(\w+)¶ß/g, (_, entity) => `&${entity};`);

const read = async (text) => {
  try {
    await mermaid.parse(text);
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
    const lineTypes = Object.fromEntries(Object.entries(db.LINETYPE).map(([key, value]) => [value, key]));
    return {
      title: decode(db.getAccTitle()),
      description: decode(db.getAccDescription()),
      actors: [...db.getActors().values()].map((actor) => ({
        id: actor.name,
        label: decode(actor.description),
        box: actor.box ? decode(actor.box.name) : null,
      })),
      messages: db.getMessages().map((message) => ({
        type: lineTypes[message.type],
        from: message.from ?? null,
        to: message.to ?? null,
        text: decode(typeof message.message === 'string' ? message.message : ''),
      })),
    };
  } catch (error) {
    return { error: String(error.message ?? error) };
  }
};

const answers = [];
for (const text of texts) answers.push(await read(text));
process.stdout.write(JSON.stringify(answers));
