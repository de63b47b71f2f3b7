import type { CallNode, CallTree } from './cpu-profile.ts';
import { svgText } from './svg-text.ts';

const WIDTH = 1400;
const ROW = 18;
const MARGIN = 10;
const HEAD = 48;
const CHARACTER = 6.6;
/** Narrower ones cannot be seen. */
const LEAST_WIDTH = 0.3;

interface Frame {
  readonly node: CallNode;
  readonly depth: number;
  readonly x: number;
  readonly width: number;
}

/** An SVG that needs nothing else: callers below, what they call above, width = time; details where the pointer rests. */
export function flameGraph({ root, spanMicros }: CallTree, title: string): string {
  const frames = framesOf(root);
  const deepest = frames.reduce((most, { depth }) => Math.max(most, depth), 0);
  const height = HEAD + (deepest + 1) * ROW + MARGIN;
  const busy = `${seconds(root.totalMicros)} s of work in ${seconds(spanMicros)} s (${percent(root.totalMicros, spanMicros)})`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="${MARGIN}" y="20" font-size="14">${svgText(title)}</text>`,
    `<text x="${MARGIN}" y="38" fill="#555">${busy}; orange: ours, blue: packages, green: Node.js, grey: V8 and native</text>`,
    ...frames.map((frame) => rectangle(frame, height, root.totalMicros)),
    '</svg>',
    '',
  ].join('\n');
}

function framesOf(root: CallNode): readonly Frame[] {
  const frames: Frame[] = [];
  const perMicro = (WIDTH - 2 * MARGIN) / Math.max(1, root.totalMicros);
  const waiting: Frame[] = [{ node: root, depth: 0, x: MARGIN, width: root.totalMicros * perMicro }];
  for (let frame = waiting.pop(); frame !== undefined; frame = waiting.pop()) {
    frames.push(frame);
    let { x } = frame;
    const callees = [...frame.node.callees.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const node of callees) {
      const width = node.totalMicros * perMicro;
      if (width >= LEAST_WIDTH) waiting.push({ node, depth: frame.depth + 1, x, width });
      x += width;
    }
  }
  return frames;
}

function rectangle({ node, depth, x, width }: Frame, height: number, allMicros: number): string {
  const { name, place, selfMicros, totalMicros } = node;
  const shown = name === '' ? 'all' : name;
  const where = place === '' ? '' : ` (${place})`;
  const share = `${percent(totalMicros, allMicros)}, ${seconds(totalMicros)} s, itself ${seconds(selfMicros)} s`;
  const y = height - MARGIN - (depth + 1) * ROW;
  const fits = Math.floor((width - 4) / CHARACTER);
  const label = fits < 3 ? '' : `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${svgText(shown.slice(0, fits))}</text>`;
  const shape = `x="${x.toFixed(1)}" y="${y}" width="${Math.max(0, width - 0.2).toFixed(1)}" height="${ROW - 1}"`;
  return `<g><title>${svgText(`${shown}${where}: ${share}`)}</title><rect ${shape} fill="${colour(node)}"/>${label}</g>`;
}

function colour({ name, place }: CallNode): string {
  if (name === '' || place === '') return '#d5d5d5';
  if (place.startsWith('node:')) return '#a8d8a0';
  return /^(sandglass\/)?dist\//.test(place) ? '#f6b26b' : '#9fc5e8';
}

function seconds(micros: number): string {
  return (micros / 1e6).toFixed(3);
}

function percent(part: number, all: number): string {
  return `${((100 * part) / Math.max(1, all)).toFixed(1)} %`;
}
