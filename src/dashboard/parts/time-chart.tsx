import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { timeOfDay } from '../format.ts';
import { colourOf, theme } from '../theme.ts';

export interface ChartLine {
  readonly label: string;
  /** A colour of the style sheet, such as `--accent`. */
  readonly colour: string;
  readonly isFilled?: boolean;
  readonly values: readonly (number | null)[];
}

interface TimeChartProps {
  readonly title: string;
  /** Epoch milliseconds, one for each value. */
  readonly timesMs: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  /** Steps that the scale may have. */
  readonly steps: readonly number[];
  /** Said beside the last values, such as a limit. */
  readonly note?: string | undefined;
}

const HEIGHT = 140;
const X_AXIS_PX = 24;
const Y_AXIS_PX = 64;
/** Shown although it holds less. */
const LEAST_SECONDS = 300;
const FONT = '11px system-ui, sans-serif';
/** Free room above the highest value. */
const HEADROOM = 1.15;

/** Lines over time, with the last values in words. */
export function TimeChart(props: TimeChartProps) {
  const { title, timesMs, lines, format, note } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const colours = theme.value;
  // The first data make the plot, a change of colours makes it anew; later data are given to it below.
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const drawn = new uPlot(optionsOf(props, element.clientWidth), dataOf(props), element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [colours]);
  useEffect(() => plot.current?.setData(dataOf({ timesMs, lines })), [timesMs, lines]);
  const words = lines.map(({ label, values }) => `${label} ${lastOf(values, format)}`);
  return (
    <figure class="chart">
      <figcaption>
        <b>{title}</b>
        {lines.map(({ label, colour, values }) => (
          <span key={label} class="key">
            <span class="swatch" style={{ background: `var(${colour})` }} />
            {label} <b>{lastOf(values, format)}</b>
          </span>
        ))}
        {note !== undefined && <span class="muted">{note}</span>}
      </figcaption>
      <div ref={box} class="plot" role="img" aria-label={`${title}: ${words.join(', ')}`} />
    </figure>
  );
}

function optionsOf({ lines, format, steps }: TimeChartProps, width: number): uPlot.Options {
  const grid = { stroke: colourOf('--line'), width: 1 };
  const axis = { stroke: colourOf('--muted'), font: FONT, ticks: { show: false } };
  return {
    width,
    height: HEIGHT,
    padding: [6, 10, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { range: (_plot, first, last) => [Math.min(first, last - LEAST_SECONDS), last] },
      y: { range: (_plot, _least, most) => [0, Math.max(most * HEADROOM, steps[0] ?? 1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: X_AXIS_PX,
        space: 72,
        values: (_plot, splits) => splits.map((seconds) => timeOfDay(seconds * 1000)),
      },
      { ...axis, grid, size: Y_AXIS_PX, space: 26, incrs: [...steps], values: (_plot, splits) => splits.map(format) },
    ],
    series: [
      {},
      ...lines.map(({ label, colour, isFilled }) => ({
        label,
        stroke: colourOf(colour),
        width: 1.5,
        points: { show: false },
        ...(isFilled ? { fill: `color-mix(in srgb, ${colourOf(colour)} 16%, transparent)` } : {}),
      })),
    ],
  };
}

function dataOf({ timesMs, lines }: Pick<TimeChartProps, 'timesMs' | 'lines'>): uPlot.AlignedData {
  return [timesMs.map((ms) => ms / 1000), ...lines.map(({ values }) => [...values])];
}

function lastOf(values: readonly (number | null)[], format: (value: number) => string): string {
  const last = values.findLast((value) => value !== null);
  return last === undefined || last === null ? '—' : format(last);
}
