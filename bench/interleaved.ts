import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../src/domain/errors.ts';
import type { Ending } from './ending.ts';

export interface Timed {
  readonly ms: number;
  readonly stages: Readonly<Record<string, number>>;
}

/** One side of a comparison. Only `measure` is timed, by itself; it throws when what it did was no success. */
export interface Contender {
  prepare(): Promise<void>;
  measure(): Promise<Timed>;
  undo(): Promise<void>;
}

export interface Rounds {
  readonly n: number;
  readonly warmUp: number;
}

export interface Taken {
  readonly samples: number[];
  readonly errors: string[];
  readonly stages: Record<string, number[]>;
}

export interface Interleaved {
  readonly ours: Taken;
  readonly raw: Taken;
  /** Ours minus raw of each round in which both succeeded. */
  readonly differences: readonly number[];
}

/** Lets the engine finish what it does behind its answer to the round before. */
const REST_MS = 150;

/** One of each per round, so that noise hits both; who goes first changes from round to round. */
export async function interleave(
  contenders: { readonly ours: Contender; readonly raw: Contender },
  { n, warmUp }: Rounds,
  ending: Ending,
): Promise<Interleaved> {
  const ours: Taken = { samples: [], errors: [], stages: {} };
  const raw: Taken = { samples: [], errors: [], stages: {} };
  const differences: number[] = [];
  for (let round = 0; round < warmUp + n; round += 1) {
    ending.check();
    const isWarmUp = round < warmUp;
    const sides = [
      { contender: contenders.ours, taken: ours },
      { contender: contenders.raw, taken: raw },
    ];
    if (round % 2 === 0) sides.reverse();
    const times = new Map<Taken, Timed>();
    for (const { contender, taken } of sides) await noted(taken, () => contender.prepare());
    for (const { contender, taken } of sides) {
      const timed = await noted(taken, () => contender.measure());
      if (timed !== undefined) times.set(taken, timed);
    }
    for (const { contender, taken } of sides) await noted(taken, () => contender.undo());
    if (!isWarmUp) {
      for (const [taken, timed] of times) keep(taken, timed);
      const [first, second] = [times.get(ours), times.get(raw)];
      if (first !== undefined && second !== undefined) differences.push(first.ms - second.ms);
    }
    await sleep(REST_MS);
  }
  return { ours, raw, differences };
}

/** A failure counts in every round, the warm-up too. */
async function noted<T>(taken: Taken, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    taken.errors.push(errorMessage(error));
    return undefined;
  }
}

/** Adds what was measured to its side. */
export function keep(taken: Taken, timed: Timed): void {
  taken.samples.push(timed.ms);
  for (const [stage, ms] of Object.entries(timed.stages)) {
    const samples = taken.stages[stage] ?? [];
    samples.push(ms);
    taken.stages[stage] = samples;
  }
}
