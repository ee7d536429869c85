// Pictures on standard input, as JSON by their name; what Mermaid and Graphviz understand of them on standard output.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';

const require = createRequire(import.meta.url);
const { instance } = require('@viz-js/viz');
const { parseHTML } = require('linkedom');

const viz = await instance(); // before there is a window: it would take this for a browser
// Mermaid is a script for browsers, which cleans the texts in a document.
const { window } = parseHTML('<!doctype html><html><body></body></html>');
Object.assign(globalThis, { window, document: window.document });
vm.runInThisContext(readFileSync(require.resolve('@mermaid-js/tiny'), 'utf8'));

async function readMermaid(text) {
  await mermaid.parse(text);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  const frames = db.getSubGraphs().map((frame) => frame.id);
  return {
    nodes: [...db.getVertices().keys()].filter((id) => !frames.includes(id)),
    connections: db.getEdges().map((edge) => [edge.start, edge.end, edge.text]),
  };
}

function readDot(text) {
  const { status, output, errors } = viz.render(text, { format: 'json0' });
  if (status !== 'success' || errors.length) throw new Error(JSON.stringify(errors));
  const { objects, edges } = JSON.parse(output);
  const name = (id) => objects.find((each) => each._gvid === id).name;
  return {
    nodes: objects.filter((each) => !each.nodes && !each.subgraphs).map((each) => each.name),
    connections: edges.map((edge) => [name(edge.tail), name(edge.head), edge.label]),
  };
}

const found = {};
for (const [name, { mermaid, dot }] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
  found[name] = { mermaid: await readMermaid(mermaid), dot: readDot(dot) };
}
process.stdout.write(JSON.stringify(found));
