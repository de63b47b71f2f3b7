/** `x`: how many times, of a ratio. */
export type Unit = 'ms' | 'transitions/s' | 'requests/s' | 'MB/s' | 'MiB' | 'KiB' | 'x' | '%' | 'sandboxes' | 'count';

/** What was measured on one side. Failures are kept beside the samples: a row with one does not pass. */
export interface Side {
  readonly what: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  readonly errors: readonly string[];
}

export interface Bar {
  readonly kind: 'at most' | 'at least' | 'exactly';
  readonly value: number;
}

/** A number that a bar is about; `bar` is null where it is reported only. */
export interface Judged {
  readonly what: string;
  readonly unit: Unit;
  readonly value: number;
  readonly bar: Bar | null;
}

export interface Measurement {
  /** As in the list of rows. */
  readonly row: string;
  readonly timedFrom: string;
  readonly timedTo: string;
  readonly conditions: readonly string[];
  readonly concurrency: number;
  readonly ours: Side;
  readonly baseline: Side | null;
  /** Milliseconds by stage; the names say whose stage it is. */
  readonly stages: Readonly<Record<string, readonly number[]>>;
  readonly judged: Judged;
  /** Where the row has more than one bar: the others. All must be kept. */
  readonly alsoJudged?: readonly Judged[];
  readonly notes: readonly string[];
}

export type Verdict = 'pass' | 'FAIL' | 'not measured' | 'reported' | 'not judged';

/** A quick run is a crash test: its few samples are held against no bar, its failures are. */
export function verdictOf(measurement: Measurement, isQuick: boolean): Verdict {
  const { ours, baseline, judged } = measurement;
  const all = [judged, ...(measurement.alsoJudged ?? [])];
  if (ours.samples.length === 0 || all.some(({ value }) => !Number.isFinite(value))) return 'not measured';
  if (ours.errors.length + (baseline?.errors.length ?? 0) > 0) return 'FAIL';
  if (isQuick) return 'not judged';
  if (all.every(({ bar }) => bar === null)) return 'reported';
  return all.every(isKept) ? 'pass' : 'FAIL';
}

/** Without a bar every number is kept; one that is no number is not. */
export function isKept({ value, bar }: Judged): boolean {
  if (!Number.isFinite(value)) return false;
  if (bar === null) return true;
  if (bar.kind === 'exactly') return value === bar.value;
  return bar.kind === 'at most' ? value <= bar.value : value >= bar.value;
}
