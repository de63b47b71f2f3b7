export type Unit = 'ms' | 'transitions/s' | 'MiB';

/** What was measured on one side. Failures are kept beside the samples: a row with one does not pass. */
export interface Side {
  readonly what: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  readonly errors: readonly string[];
}

export interface Bar {
  readonly kind: 'at most' | 'at least';
  readonly value: number;
}

/** The one number that the bar is about; `bar` is null where the row is reported only. */
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
  readonly notes: readonly string[];
}

export type Verdict = 'pass' | 'FAIL' | 'not measured' | 'reported' | 'not judged';

/** A quick run is a crash test: its few samples are held against no bar, its failures are. */
export function verdictOf(measurement: Measurement, isQuick: boolean): Verdict {
  const { ours, baseline, judged } = measurement;
  if (ours.samples.length === 0 || !Number.isFinite(judged.value)) return 'not measured';
  if (ours.errors.length + (baseline?.errors.length ?? 0) > 0) return 'FAIL';
  if (isQuick) return 'not judged';
  if (judged.bar === null) return 'reported';
  const { kind, value } = judged.bar;
  const isKept = kind === 'at most' ? judged.value <= value : judged.value >= value;
  return isKept ? 'pass' : 'FAIL';
}
