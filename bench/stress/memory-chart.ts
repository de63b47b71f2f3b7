import type { MemorySample } from './world.ts';

const WIDTH = 960;
const HEIGHT = 420;
const PLOT = { left: 70, right: 20, top: 40, bottom: 140 };
const LINES = [
  { name: 'containers, working set', of: (sample: MemorySample) => sample.containersMib, colour: '#1f6feb' },
  { name: 'service, RSS', of: (sample: MemorySample) => sample.serviceMib, colour: '#d1491f' },
];
const RULES = 4;

/** SVG: MiB of the service and of all containers at each moment of a run. */
export function memoryChart(samples: readonly MemorySample[]): string {
  const most = Math.max(1, ...samples.flatMap((sample) => LINES.map(({ of }) => of(sample))));
  const stepX = (WIDTH - PLOT.left - PLOT.right) / Math.max(1, samples.length - 1);
  const x = (index: number) => (PLOT.left + index * stepX).toFixed(1);
  const y = (mib: number) => (HEIGHT - PLOT.bottom - (mib / most) * (HEIGHT - PLOT.top - PLOT.bottom)).toFixed(1);
  const rules = Array.from({ length: RULES + 1 }, (_, index) => (most * index) / RULES).flatMap((mib) => [
    `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${y(mib)}" y2="${y(mib)}" stroke="#ccc"/>`,
    `<text x="${PLOT.left - 8}" y="${y(mib)}" text-anchor="end" dominant-baseline="middle">${Math.round(mib)}</text>`,
  ]);
  const lines = LINES.flatMap(({ name, of, colour }, index) => [
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${samples.map((sample, at) => `${x(at)},${y(of(sample))}`).join(' ')}"/>`,
    ...samples.map((sample, at) => `<circle cx="${x(at)}" cy="${y(of(sample))}" r="3" fill="${colour}"/>`),
    `<text x="${PLOT.left + 220 * index}" y="20" fill="${colour}">${name}, MiB</text>`,
  ]);
  const labels = samples.map(({ label }, at) => {
    const place = `${x(at)},${HEIGHT - PLOT.bottom + 14}`;
    return `<text transform="translate(${place}) rotate(-45)" text-anchor="end">${escaped(label)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    '<title>Memory of a stress run</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...[...rules, ...lines, ...labels],
    '</svg>\n',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
