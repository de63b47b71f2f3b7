import type { Ending } from './ending.ts';
import type { Measurement } from './measurement.ts';

export interface BenchSetup {
  readonly isQuick: boolean;
  readonly ending: Ending;
  /** What goes on, for whoever watches. */
  readonly say: (line: string) => void;
}

/** Measures the rows that it names; one that it names and does not return is reported as not measured. */
export interface Bench {
  readonly rows: readonly string[];
  run(setup: BenchSetup): Promise<readonly Measurement[]>;
}
