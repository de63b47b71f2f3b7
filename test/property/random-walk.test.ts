import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lifecycleModel } from '../support/lifecycle-model.ts';
import { act, checkInvariants, type Move, verbs, worldMoves } from '../support/lifecycle-moves.ts';
import { memoryLifecycle } from '../support/memory-lifecycle.ts';
import { shiftingClock } from '../support/shifting-clock.ts';

const CLIENTS = 16;
const SANDBOXES = 50;
const STEPS = 5_000;

describe('a random walk', () => {
  it(`32: ${STEPS} steps over ${SANDBOXES} sandboxes by ${CLIENTS} clients keep to the model and the invariants`, {
    timeout: 120_000,
  }, async () => {
    const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31);
    console.info(`random walk: FAST_CHECK_SEED=${seed}`);
    const moves = walk(seed);
    const system = await memoryLifecycle({ clock: shiftingClock(0.02), orphanGraceMs: 0 });
    try {
      await system.lifecycle.boot();
      const queue = moves.values();
      await Promise.all(
        Array.from({ length: CLIENTS }, async () => {
          for (const move of queue) await act(system, move);
        }),
      );
      const ids = Array.from({ length: SANDBOXES }, (_, place) => `s${place}`);
      await checkInvariants(system, ids);
      for (const { from, to } of system.transitions)
        expect(lifecycleModel[String(from)], `${from} -> ${to}`).toContain(to);
      expect(system.transitions.length).toBeGreaterThan(500);
    } finally {
      await system.close();
    }
  });
});

/** The same steps for the same seed. A tombstone ends a sandbox, so deletes are rare. */
function walk(seed: number): readonly Move[] {
  const rare = ['delete', 'forceDelete', 'vanish', 'pass', 'heal'];
  const common = [...verbs, ...worldMoves].filter((one) => !rare.includes(one));
  const move = fc.record({
    id: fc.integer({ min: 0, max: SANDBOXES - 1 }).map((place) => `s${place}`),
    act: fc.oneof(
      { weight: 40, arbitrary: fc.constantFrom(...common) },
      { weight: 1, arbitrary: fc.constantFrom('delete', 'forceDelete', 'vanish', 'pass', 'heal') },
    ),
  }) as fc.Arbitrary<Move>; // the names come from the two lists
  return fc.sample(move, { seed, numRuns: STEPS });
}
