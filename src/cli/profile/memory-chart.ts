import type { MemoryProfile } from './memory-profile.ts';
import { svgText } from './svg-text.ts';

interface Bars {
  readonly title: string;
  readonly unit: string;
  /** One bar of each per group. */
  readonly series: readonly string[];
  readonly groups: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

const WIDTH = 760;
const HEIGHT = 260;
const MARGIN = { left: 60, right: 20, top: 54, bottom: 34 };
const COLOURS = ['#3b6ea5', '#e08a2e', '#7a9a3c'];
const LINES = 4;

/** An SVG that needs nothing else: memory per phase, and below it how long starts took where some were made. */
export function memoryChart(profile: MemoryProfile): string {
  const charts = [memoryBars(profile), ...(profile.startups.length > 0 ? [startupBars(profile)] : [])];
  const height = charts.length * HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...charts.map((bars, index) => `<g transform="translate(0 ${index * HEIGHT})">\n${drawn(bars)}\n</g>`),
    '</svg>',
    '',
  ].join('\n');
}

function memoryBars({ sample, phases, workload }: MemoryProfile): Bars {
  return {
    title: `Memory of a sandbox, on average: ${sample}${workload === null ? '' : `, ${workload}`}`,
    unit: 'MiB',
    series: ['working set', 'usage'],
    groups: phases.map(({ name, average_working_set_mib, average_usage_mib }) => ({
      name,
      values: [average_working_set_mib, average_usage_mib],
    })),
  };
}

function startupBars({ startups }: MemoryProfile): Bars {
  return {
    title: 'Time until a sandbox is ready, by starts at once',
    unit: 'ms',
    series: ['p50', 'p95', 'max'],
    groups: startups.map(({ concurrency, p50_ms, p95_ms, max_ms }) => ({
      name: String(concurrency),
      values: [p50_ms, p95_ms, max_ms],
    })),
  };
}

function drawn({ title, unit, series, groups }: Bars): string {
  const most = roundedUp(Math.max(1, ...groups.flatMap(({ values }) => values.map((value) => value ?? 0))));
  const yOf = (value: number) => HEIGHT - MARGIN.bottom - (value / most) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const groupWidth = (WIDTH - MARGIN.left - MARGIN.right) / Math.max(1, groups.length);
  const barWidth = Math.min(60, (groupWidth * 0.7) / series.length);
  const lines = Array.from({ length: LINES + 1 }, (_, index) => (most / LINES) * index);
  return [
    `<text x="10" y="20" font-size="15">${svgText(title)}</text>`,
    ...series.map((name, index) => legend(name, index)),
    ...lines.map((value) => gridLine(yOf(value), `${round(value)} ${unit}`)),
    ...groups.flatMap(({ name, values }, index) => {
      const middle = MARGIN.left + groupWidth * (index + 0.5);
      const left = middle - (barWidth * series.length) / 2;
      return [
        `<text x="${round(middle)}" y="${HEIGHT - 14}" text-anchor="middle">${svgText(name)}</text>`,
        ...values.map((value, one) => bar(value, { x: left + one * barWidth, width: barWidth, one, yOf })),
      ];
    }),
  ].join('\n');
}

function legend(name: string, index: number): string {
  const x = 10 + index * 110;
  return `<rect x="${x}" y="30" width="10" height="10" fill="${COLOURS[index]}"/><text x="${x + 15}" y="39">${svgText(name)}</text>`;
}

function gridLine(y: number, label: string): string {
  const at = round(y);
  return `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${MARGIN.left - 5}" y="${at + 4}" text-anchor="end" fill="#555" font-size="10">${label}</text>`;
}

interface Place {
  readonly x: number;
  readonly width: number;
  readonly one: number;
  readonly yOf: (value: number) => number;
}

function bar(value: number | null, { x, width, one, yOf }: Place): string {
  if (value === null) return '';
  const y = yOf(value);
  const shape = `x="${round(x)}" y="${round(y)}" width="${round(width - 2)}" height="${round(yOf(0) - y)}"`;
  const label = `<text x="${round(x + width / 2)}" y="${round(y - 3)}" text-anchor="middle" font-size="10">${round(value)}</text>`;
  return `<rect ${shape} fill="${COLOURS[one]}"/>${label}`;
}

/** To 1, 2 or 5 with zeros behind, or four times such a number: the grid lines then have short labels. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 5, 8, 10].find((step) => step * power >= value) ?? 10);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
