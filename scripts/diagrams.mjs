import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { layersDiagram } from './diagrams/layers-diagram.mjs';
import { statesDiagram } from './diagrams/states-diagram.mjs';

const PAGE = 'ARCHITECTURE.md';
const END = '<!-- /generated -->';
const isCheck = process.argv.includes('--check');

if (!existsSync(PAGE)) fail(`${PAGE} does not exist`);
const before = readFileSync(PAGE, 'utf8');
const diagrams = { states: await statesDiagram(), layers: await layersDiagram() };
const after = Object.entries(diagrams).reduce(
  (page, [name, lines]) => replaceBetweenMarkers(page, name, lines),
  before,
);

if (after === before) console.log(`the diagrams of ${PAGE} are current`);
else if (isCheck) fail(`the diagrams of ${PAGE} are older than the code; run: npm run diagrams`);
else {
  writeFileSync(PAGE, after);
  console.log(`wrote the diagrams of ${PAGE}`);
}

function replaceBetweenMarkers(page, name, lines) {
  const start = `<!-- generated:${name} -->`;
  const from = page.indexOf(start);
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0) fail(`${PAGE} has no ${start} ... ${END}`);
  return [page.slice(0, from) + start, '', '```mermaid', ...lines, '```', '', page.slice(to)].join('\n');
}

function fail(reason) {
  console.error(reason);
  process.exit(1);
}
