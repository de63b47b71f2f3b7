import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IdleSlot, janitorDefaults, policyFor, toClose } from '../../src/pool/janitor-policy.ts';

const NOW_MS = 1_000_000_000_000;
const MAX_AGE_MS = 1_000_000;

const slots: fc.Arbitrary<IdleSlot[]> = fc
  .array(
    fc.record({
      signature: fc.constantFrom('a', 'b', 'c'),
      tier: fc.constantFrom('permanent' as const, 'hot' as const, 'cold' as const),
      idleMs: fc.integer({ min: -1_000, max: 700_000 }),
      startMs: fc.nat(400_000),
    }),
    { maxLength: 40 },
  )
  .map((all) =>
    all.map(({ signature, tier, idleMs, startMs }, index) => {
      const readySinceMs = NOW_MS - idleMs;
      return { id: `s${index}`, signature, tier, readySinceMs, createdAtMs: readySinceMs - startMs };
    }),
  );

const cases = fc.record({
  slots,
  closing: fc.array(fc.nat(39), { maxLength: 5 }),
  ratio: fc.double({ min: 0, max: 1, noNaN: true }),
  mayRecycleFloors: fc.boolean(),
});

const run = (one: typeof cases extends fc.Arbitrary<infer Case> ? Case : never) => {
  const policy = policyFor(one.ratio, { ...janitorDefaults, maxAgeMs: MAX_AGE_MS });
  const closing = one.slots.filter((_, index) => one.closing.includes(index));
  const moment = { nowMs: NOW_MS, closing, mayRecycleFloors: one.mayRecycleFloors };
  return { policy, closing, reaps: toClose(one.slots, policy, moment) };
};
const holds = (check: (one: ReturnType<typeof run>, all: readonly IdleSlot[], mayRecycleFloors: boolean) => void) =>
  fc.assert(
    fc.property(cases, (one) => check(run(one), one.slots, one.mayRecycleFloors)),
    { numRuns: 2_000 },
  );
const isTooOld = (slot: IdleSlot) => NOW_MS - slot.createdAtMs >= MAX_AGE_MS;
const idleMsOf = (slot: IdleSlot) => NOW_MS - slot.readySinceMs;

describe('the slots to close', () => {
  it('never have a permanent one by idleness, and one of a signature by age, with those being closed', () => {
    holds(({ reaps, closing }, _all, mayRecycleFloors) => {
      const permanent = reaps.map(({ slot }) => slot).filter(({ tier }) => tier === 'permanent');
      expect(permanent.every(isTooOld)).toBe(true);
      if (!mayRecycleFloors) expect(permanent).toEqual([]);
      const underWay = new Set(closing.filter(({ tier }) => tier === 'permanent').map(({ signature }) => signature));
      const signatures = permanent.map(({ signature }) => signature);
      expect(new Set(signatures).size).toBe(signatures.length);
      expect(signatures.some((signature) => underWay.has(signature))).toBe(false);
    });
  });

  it('are cold before hot before permanent, and within a tier those ready longest first', () => {
    const order = ['cold', 'hot', 'permanent'];
    holds(({ reaps }) => {
      for (const [index, { slot }] of reaps.slice(1).entries()) {
        const before = reaps[index]?.slot ?? slot;
        expect(order.indexOf(before.tier)).toBeLessThanOrEqual(order.indexOf(slot.tier));
        if (before.tier === slot.tier) expect(before.readySinceMs).toBeLessThanOrEqual(slot.readySinceMs);
      }
    });
  });

  it('are exactly the cold and hot ones over their TTL or the maximum age, each once, and none that is being closed', () => {
    holds(({ reaps, closing, policy }, all) => {
      const expected = all.filter((slot) => {
        if (slot.tier === 'permanent' || closing.includes(slot)) return false;
        return isTooOld(slot) || idleMsOf(slot) >= policy.ttlMs[slot.tier];
      });
      const chosen = reaps.map(({ slot }) => slot).filter(({ tier }) => tier !== 'permanent');
      expect(chosen.map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
    });
  });

  it('say why: pressure only where a calm machine would have kept them', () => {
    holds(({ reaps }) => {
      for (const { slot, why } of reaps) {
        const isIdle = slot.tier !== 'permanent' && idleMsOf(slot) >= janitorDefaults.calm.ttlMs[slot.tier];
        expect(why).toBe(isIdle ? 'idle' : isTooOld(slot) ? 'age' : 'pressure');
      }
    });
  });

  it('never become fewer by more pressure, but for the floors', () => {
    fc.assert(
      fc.property(slots, (all) => {
        const counts = [0.5, 0.7, 0.9].map(
          (ratio) => run({ slots: all, closing: [], ratio, mayRecycleFloors: true }).reaps.length,
        );
        expect(counts).toEqual([...counts].sort((one, other) => one - other));
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves what it was given as it was', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const frozen = JSON.stringify(one.slots);
        run(one);
        expect(JSON.stringify(one.slots)).toBe(frozen);
      }),
    );
  });
});
