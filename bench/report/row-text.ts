import type { MachineFacts } from '../machine-facts.ts';
import type { MeasuredRow, ResultRow } from '../results-file.ts';
import { barText, errorLines, figure, judgedOf, judgedText, quantiles, sideText } from './figures.ts';

export function machineText(machine: MachineFacts): string {
  const { cpu, cores, memoryGib, os, kernel, node, engine, storageDriver, cgroup, commit, loadBefore } = machine;
  return [
    `${cpu}, ${cores} cores, ${memoryGib} GiB; ${os}, Linux ${kernel}`,
    `Node ${node}; ${engine}, storage driver ${storageDriver}, cgroup ${cgroup}; commit ${commit}`,
    `load average before the run ${figure(loadBefore)}`,
  ].join('\n');
}

/** A row for the terminal. */
export function rowText({ row, verdict, error, measured }: ResultRow): string {
  const head = `\n${verdict.padEnd(13)} ${row}`;
  if (measured === null) return `${head}\n${indented([`because: ${error ?? 'unknown'}`])}`;
  return `${head}\n${indented(measuredLines(measured))}`;
}

function measuredLines(measured: MeasuredRow): readonly string[] {
  const { timedFrom, timedTo, concurrency, ratio, notes, ours, baseline, stages } = measured;
  return [
    `timed     from: ${timedFrom}; to: ${timedTo}; ${concurrency} at a time`,
    `ours      ${sideText(ours)}`,
    ...(baseline === null ? [] : [`baseline  ${sideText(baseline)}`]),
    ...(ratio === null ? [] : [`ratio     ours / baseline at p50: ${figure(ratio)}`]),
    ...judgedOf(measured).map((judged) => `judged    ${judgedText(judged)}, bar: ${barText(judged)}`),
    ...Object.entries(stages).map(([name, { summary }]) => `stage     ${name}: ${quantiles(summary)} ms`),
    ...notes.map((note) => `note      ${note}`),
    ...[ours, ...(baseline === null ? [] : [baseline])].flatMap(errorLines).map((line) => `error     ${line}`),
  ];
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
