import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../src/domain/errors.ts';
import type { Ending } from './ending.ts';
import { type Contender, keep, type Taken } from './interleaved.ts';

export interface Blocks {
  readonly blocks: number;
  readonly perBlock: number;
}

/** What the engine does behind its last answer ends before the other side begins. */
const REST_MS = 500;

/**
 * Blocks of each in turns, one call after the other within a block: for calls so short that what the engine does behind
 * its answers would be measured too. The first block of each warms up.
 */
export async function inBlocks(
  contenders: { readonly ours: Contender; readonly raw: Contender },
  { blocks, perBlock }: Blocks,
  ending: Ending,
): Promise<{ readonly ours: Taken; readonly raw: Taken }> {
  const ours: Taken = { samples: [], errors: [], stages: {} };
  const raw: Taken = { samples: [], errors: [], stages: {} };
  const sides = [
    { contender: contenders.ours, taken: ours },
    { contender: contenders.raw, taken: raw },
  ];
  for (let block = 0; block <= blocks; block += 1) {
    for (const { contender, taken } of sides) {
      await sleep(REST_MS);
      for (let call = 0; call < perBlock; call += 1) {
        ending.check();
        await one(contender, taken, block === 0);
      }
    }
    sides.reverse();
  }
  return { ours, raw };
}

async function one(contender: Contender, taken: Taken, isWarmUp: boolean): Promise<void> {
  try {
    await contender.prepare();
    const timed = await contender.measure();
    await contender.undo();
    if (!isWarmUp) keep(taken, timed);
  } catch (error) {
    taken.errors.push(errorMessage(error));
  }
}
