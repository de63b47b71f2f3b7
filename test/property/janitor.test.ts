import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { janitorRoom, slotOf } from '../unit/pool/janitor-room.ts';

const PLACES = 4;
const LIMIT_MS = 10_000;

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('wait' as const), value: fc.integer({ min: 1, max: 15 }) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('end' as const), value: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('fail' as const), value: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('add' as const), value: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('claim' as const), value: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('press' as const), value: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('queue' as const), value: fc.nat(1) }) },
);

describe('the janitor, whatever closes do and whenever they do it', () => {
  it('looks on time, keeps to its places, closes nothing twice at once and nothing claimed', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const open = new Map<string, { readonly sinceMs: number; readonly settle: (error?: Error) => void }>();
        let added = 0;
        const newId = () => {
          added += 1;
          return `s${added}`;
        };
        // The janitor would log what is thrown in a close, and go on.
        const wrong: string[] = [];
        const room = janitorRoom({
          closeSlot(id) {
            const nowMs = room.clock.monotonicMs();
            if (open.has(id)) wrong.push(`${id} twice at once`);
            if (!room.world.slots.some((slot) => slot.id === id)) wrong.push(`${id} is not there`);
            return new Promise((resolve, reject) => {
              open.set(id, {
                sinceMs: nowMs,
                settle(error) {
                  open.delete(id);
                  if (error !== undefined) return reject(error);
                  room.world.slots = room.world.slots.filter((slot) => slot.id !== id);
                  resolve();
                },
              });
              const inTime = [...open.values()].filter(({ sinceMs }) => nowMs - sinceMs < LIMIT_MS);
              if (inTime.length > PLACES) wrong.push(`${inTime.length} at a time`);
            });
          },
        });
        const { world } = room;
        const acts: Record<(typeof steps)[number]['act'], (value: number) => unknown> = {
          wait: (value) => room.pass(value * 1_000),
          end: (value) => [...open.values()].at(value % Math.max(1, open.size))?.settle(),
          fail: (value) => [...open.values()].at(value % Math.max(1, open.size))?.settle(new Error('no')),
          add(value) {
            for (let index = 0; index < value; index += 1) world.slots.push(slotOf(room.clock, newId()));
          },
          claim: (value) => world.slots.splice(value % Math.max(1, world.slots.length), 1),
          press(value) {
            world.ratio = value / 100;
          },
          queue(value) {
            world.isWaiting = value === 1;
          },
        };
        for (const { act, value } of steps) {
          const before = room.looksAtMs.length;
          await acts[act](value);
          await new Promise((resolve) => setImmediate(resolve));
          if (act === 'wait' && world.isWaiting) expect(room.looksAtMs.length - before).toBe(value);
        }
        const gaps = room.looksAtMs.map((atMs, index) => atMs - (room.looksAtMs[index - 1] ?? 0));
        expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(60_000);
        expect(room.logged.filter(({ level }) => level === 'error')).toEqual([]);

        // Once closes end again, everything that is too old goes.
        world.isWaiting = true;
        for (let round = 0; round < 100 && world.slots.length > 0; round += 1) {
          for (const close of [...open.values()]) close.settle();
          await room.pass(1_000);
        }
        expect(world.slots).toEqual([]);
        expect(wrong).toEqual([]);
        await room.janitor.close();
      }),
      { numRuns: 200 },
    );
  });
});
