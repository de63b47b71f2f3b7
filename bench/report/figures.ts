import type { MeasuredRow, ResultJudged, ResultSide, ResultSummary } from '../results-file.ts';

/** Enough digits to tell two runs apart. */
export function figure(value: number | null): string {
  if (value === null) return '-';
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en');
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(size >= 1 ? 2 : 3);
}

export function quantiles({ n, p50, p95, p99, max }: ResultSummary): string {
  return `n ${n}, p50 ${figure(p50)}, p95 ${figure(p95)}, p99 ${figure(p99)}, max ${figure(max)}`;
}

export function sideText({ what, unit, summary, errors }: ResultSide): string {
  return `${what}: ${quantiles(summary)} ${unit}, ${errors.length} errors`;
}

export function barText({ bar, unit }: ResultJudged): string {
  return bar === null ? 'no bar' : `${bar.kind} ${figure(bar.value)} ${unit}`;
}

export function judgedText({ what, value, unit }: ResultJudged): string {
  return `${what}: ${figure(value)} ${unit}`;
}

/** Every number of the row that has a bar, or is reported for want of one. */
export function judgedOf({ judged, alsoJudged }: MeasuredRow): readonly ResultJudged[] {
  return [judged, ...alsoJudged];
}

/** The different errors with how often each happened. */
export function errorLines({ errors }: ResultSide): readonly string[] {
  const counts = new Map<string, number>();
  for (const error of errors) counts.set(error, (counts.get(error) ?? 0) + 1);
  return [...counts].map(([error, count]) => `${count} x ${error}`);
}
