import fc from 'fast-check';
import { describe, it } from 'vitest';
import { act, checkInvariants, type Move, verbs, worldMoves } from '../support/lifecycle-moves.ts';
import { memoryLifecycle } from '../support/memory-lifecycle.ts';

const ids = ['a', 'b', 'c'] as const;
const move: fc.Arbitrary<Move> = fc.record({
  id: fc.constantFrom(...ids),
  act: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...verbs) },
    { weight: 1, arbitrary: fc.constantFrom(...worldMoves) },
  ),
});

describe('invariants over random calls by several clients, and a world that moves by itself', () => {
  it('hold in the end, whatever interleaved', { timeout: 600_000 }, async () => {
    const lanes = fc.array(fc.array(move, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 });
    const delays = fc.record({ create: fc.nat(2), start: fc.nat(3), stop: fc.nat(3), inspect: fc.nat(1) });
    await fc.assert(
      fc.asyncProperty(lanes, delays, async (clients, slow) => {
        const system = await memoryLifecycle({ orphanGraceMs: 0 });
        try {
          for (const [name, ms] of Object.entries(slow)) system.control.delay(name as keyof typeof slow, ms);
          await system.lifecycle.boot();
          await Promise.all(
            clients.map(async (moves) => {
              for (const one of moves) await act(system, one);
            }),
          );
          await checkInvariants(system, ids);
        } finally {
          await system.close();
        }
      }),
      { numRuns: Number(process.env['RUNS'] ?? 60) },
    );
  });
});
