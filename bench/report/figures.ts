import type { MeasuredRow, ResultSide, ResultSummary } from '../results-file.ts';

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

export function barText({ judged }: Pick<MeasuredRow, 'judged'>): string {
  return judged.bar === null ? 'no bar' : `${judged.bar.kind} ${figure(judged.bar.value)} ${judged.unit}`;
}

export function judgedText({ judged }: Pick<MeasuredRow, 'judged'>): string {
  return `${figure(judged.value)} ${judged.unit}`;
}

/** The different errors with how often each happened. */
export function errorLines({ errors }: ResultSide): readonly string[] {
  const counts = new Map<string, number>();
  for (const error of errors) counts.set(error, (counts.get(error) ?? 0) + 1);
  return [...counts].map(([error, count]) => `${count} x ${error}`);
}
