import type { Judged } from '../measurement.ts';
import type { World } from './world.ts';

export interface StepFindings {
  readonly judged: readonly Judged[];
  /** What went wrong on the way, each at most once; for whoever looks why a number is as it is. */
  readonly errors: readonly string[];
}

/** One capability more than the step before it. */
export interface Step {
  readonly name: string;
  /** What it looks at, in a sentence. */
  readonly about: string;
  /** Throws when it could not be measured; that is red as well. */
  run(world: World): Promise<StepFindings>;
}

/** A step includes those before it: `red before` has its own numbers right, and a red one before it. */
export type StepVerdict = 'green' | 'red' | 'red before';

export interface StepResult extends StepFindings {
  /** 1 to 7. */
  readonly step: number;
  readonly name: string;
  readonly about: string;
  readonly verdict: StepVerdict;
  readonly seconds: number;
}
