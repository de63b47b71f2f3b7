import { describe, expect, it } from 'vitest';
import {
  type IdleSlot,
  janitorDefaults,
  type Moment,
  nextLookMs,
  pausedToStop,
  policyFor,
  toClose,
} from '../../../src/pool/janitor-policy.ts';
import type { MemoryReading } from '../../../src/pool/memory-pressure.ts';

const NOW_MS = 1_000_000_000_000;
const rows = [
  { ratio: 0, everyMs: 60_000, cold: 300_000, hot: 600_000 },
  { ratio: 0.6, everyMs: 60_000, cold: 300_000, hot: 600_000 },
  { ratio: 0.601, everyMs: 30_000, cold: 60_000, hot: 300_000 },
  { ratio: 0.8, everyMs: 30_000, cold: 60_000, hot: 300_000 },
  { ratio: 0.801, everyMs: 10_000, cold: 30_000, hot: 120_000 },
  { ratio: 1, everyMs: 10_000, cold: 30_000, hot: 120_000 },
];

const idle = (id: string, over: Partial<IdleSlot> & { readonly idleMs?: number }): IdleSlot => {
  const readySinceMs = NOW_MS - (over.idleMs ?? 0);
  return { signature: 's', tier: 'cold', readySinceMs, createdAtMs: readySinceMs, ...over, id };
};
const closed = (slots: readonly IdleSlot[], ratio = 0, moment: Partial<Moment> = {}) =>
  toClose(slots, policyFor(ratio, janitorDefaults), {
    nowMs: NOW_MS,
    closing: [],
    mayRecycleFloors: true,
    ...moment,
  }).map(({ slot, why }) => `${slot.id} ${why}`);

describe('the pressure table', () => {
  it.each(rows)('at $ratio looks every $everyMs ms, and keeps cold $cold ms and hot $hot ms', (row) => {
    const { everyMs, ttlMs } = policyFor(row.ratio, janitorDefaults);
    expect({ everyMs, ...ttlMs }).toEqual({ everyMs: row.everyMs, cold: row.cold, hot: row.hot });
  });

  it.each(rows)('at $ratio closes at its TTL, and not a millisecond before', ({ ratio, cold, hot }) => {
    const slots = [
      idle('cold-young', { idleMs: cold - 1 }),
      idle('cold-old', { idleMs: cold }),
      idle('hot-young', { tier: 'hot', idleMs: hot - 1 }),
      idle('hot-old', { tier: 'hot', idleMs: hot }),
    ];
    expect(closed(slots, ratio).map((one) => one.split(' ')[0])).toEqual(['cold-old', 'hot-old']);
  });

  it.each([
    [0.8, 0],
    [0.801, 1],
    [0.9, 1],
    [0.901, 2],
    [1, 2],
  ])('at %d stops %d paused sandboxes a pass', (ratio, count) => {
    expect(pausedToStop(ratio, janitorDefaults)).toBe(count);
  });
});

describe('the next look', () => {
  const reading = (usedBytes: number, limitBytes = 1_000): MemoryReading => ({
    ...{ source: 'host', detail: '', usedBytes, limitBytes },
    ratio: limitBytes === 0 ? 0 : usedBytes / limitBytes,
  });
  const next = (before: MemoryReading | undefined, now: MemoryReading, hasWaiting = false) =>
    nextLookMs({ before, now, hasWaiting }, janitorDefaults);

  it.each(rows)('comes after $everyMs ms at $ratio while memory stands still', ({ ratio, everyMs }) => {
    expect(next(reading(ratio * 1_000), reading(ratio * 1_000))).toBe(everyMs);
  });

  it.each(rows)('comes after a second at $ratio while a create waits', ({ ratio }) => {
    expect(next(reading(ratio * 1_000), reading(ratio * 1_000), true)).toBe(1_000);
  });

  it('comes after a second when memory grew by more than 5 % of the limit', () => {
    expect(next(reading(300), reading(351))).toBe(1_000);
    expect(next(reading(300), reading(350))).toBe(60_000);
    expect(next(reading(351), reading(300))).toBe(60_000);
  });

  it('is not urgent after the first look, or where nothing can be read', () => {
    expect(next(undefined, reading(590))).toBe(60_000);
    expect(next(reading(0, 0), reading(0, 0))).toBe(60_000);
  });

  it('is never later than the table says, also where urgent looks are slow', () => {
    const settings = { ...janitorDefaults, urgentEveryMs: 20_000 };
    expect(nextLookMs({ before: undefined, now: reading(900), hasWaiting: true }, settings)).toBe(10_000);
  });
});

describe('slots to close', () => {
  it('are the cold ones first, then the hot ones, those ready longest first', () => {
    const slots = [
      idle('hot-1', { tier: 'hot', idleMs: 700_000 }),
      idle('cold-1', { idleMs: 400_000 }),
      idle('hot-2', { tier: 'hot', idleMs: 800_000 }),
      idle('cold-2', { idleMs: 500_000 }),
    ];
    expect(closed(slots)).toEqual(['cold-2 idle', 'cold-1 idle', 'hot-2 idle', 'hot-1 idle']);
  });

  it('are never permanent ones that are idle, whatever the pressure', () => {
    const slot = idle('p', { tier: 'permanent', idleMs: janitorDefaults.maxAgeMs - 1 });
    expect([closed([slot]), closed([slot], 1)]).toEqual([[], []]);
  });

  it('name pressure where only the shorter time of now has passed', () => {
    const slots = [idle('short', { idleMs: 45_000 }), idle('long', { idleMs: 300_000 })];
    expect(closed(slots, 0.85)).toEqual(['long idle', 'short pressure']);
  });

  it('are those of any tier over the maximum age, though ready since a moment ago', () => {
    const createdAtMs = NOW_MS - janitorDefaults.maxAgeMs;
    const slots = (['permanent', 'hot', 'cold'] as const).map((tier) => idle(tier, { tier, createdAtMs }));
    expect(closed(slots)).toEqual(['cold age', 'hot age', 'permanent age']);
    expect(closed(slots.map((slot) => ({ ...slot, createdAtMs: createdAtMs + 1 })))).toEqual([]);
  });

  it('have one permanent one of each signature, the oldest', () => {
    const tooOld = (id: string, signature: string, extraMs: number) =>
      idle(id, { tier: 'permanent', signature, idleMs: janitorDefaults.maxAgeMs + extraMs });
    const slots = [tooOld('a-1', 'a', 0), tooOld('a-2', 'a', 5), tooOld('b-1', 'b', 2)];
    expect(closed(slots)).toEqual(['a-2 age', 'b-1 age']);
  });

  it('have no permanent one of a signature that loses one already, nor out of turn', () => {
    const slot = (id: string) => idle(id, { tier: 'permanent', idleMs: janitorDefaults.maxAgeMs });
    expect(closed([slot('a'), slot('b')], 0, { closing: [slot('a')] })).toEqual([]);
    // The pool may have forgotten the one that is being closed.
    expect(closed([slot('b')], 0, { closing: [slot('a')] })).toEqual([]);
    expect(closed([slot('a')], 0, { mayRecycleFloors: false })).toEqual([]);
  });

  it('have none that is being closed', () => {
    const slots = [idle('a', { idleMs: 400_000 }), idle('b', { idleMs: 300_000 })];
    expect(closed(slots, 0, { closing: slots.slice(0, 1) })).toEqual(['b idle']);
  });

  it('have none of the future, as after a wall clock that was set back', () => {
    expect(closed([idle('a', { idleMs: -3_600_000 })], 1)).toEqual([]);
  });
});
