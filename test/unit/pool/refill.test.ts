import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/observe/logger.ts';
import { quietTime } from '../../../src/pool/quiet-time.ts';
import { type RefillDeps, refill } from '../../../src/pool/refill.ts';
import { type SlotGroup, slotGroup } from '../../../src/pool/slot-group.ts';
import { hotDefaults } from '../../../src/pool/use-window.ts';
import { countedClock } from '../../support/counted-clock.ts';
import { startOf } from './pool-room.ts';

function setUp(groups: SlotGroup[], over: Partial<RefillDeps> = {}) {
  const clock = countedClock();
  const quiet = quietTime(clock, { quietMs: 50, longestMs: 500 });
  const world = { waitedFor: 0, answer: true as boolean | Error };
  /** Starts under way, by signature; each ends when it is told to. */
  const under: { readonly signature: string; readonly end: () => Promise<void> }[] = [];
  // The clock leaves its listeners on the signal that it is given.
  const sleep = (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal && AbortSignal.any([signal]));
  const filling = refill({
    ...{
      clock: { ...clock, sleep },
      log: silentLog,
      hot: hotDefaults,
      quiet,
      concurrency: 1,
      groups: () => groups,
      mayStart: () => true,
    },
    startsWaitedFor: () => world.waitedFor,
    start: (group) =>
      new Promise((resolve, reject) => {
        const id = `${group.signature}${group.ready.length + group.starting.size}`;
        group.starting.add(id);
        const end = async () => {
          under.splice(under.indexOf(one), 1);
          group.starting.delete(id);
          if (world.answer === true) group.ready.push({ id, readySinceMs: 0, createdAtMs: 0 });
          if (world.answer instanceof Error) reject(world.answer);
          else resolve(world.answer);
          await clock.advance(0);
        };
        const one = { signature: group.signature, end };
        under.push(one);
      }),
    ...over,
  });
  const signatures = () => under.map(({ signature }) => signature);
  const endOne = async () => under[0]?.end();
  return { clock, quiet, world, filling, under: signatures, endOne };
}

const groupOf = (signature: string, change: Partial<SlotGroup> = {}): SlotGroup => ({
  ...slotGroup(signature, startOf(), hotDefaults),
  ...change,
});

describe('the refill', () => {
  it('starts no more at a time than allowed, and all that are missing in the end', async () => {
    const group = groupOf('a', { floor: 5 });
    const { filling, under, endOne } = setUp([group], { concurrency: 2 });
    filling.ask();
    filling.ask();
    expect(under()).toEqual(['a', 'a']);
    for (let i = 0; i < 5; i += 1) await endOne();
    expect([under(), group.ready.length]).toEqual([[], 5]);
  });

  it('fills floors of the configuration first, those with the least part of it before the others', async () => {
    const groups = [
      groupOf('hot', { isHot: true }),
      groupOf('large', { floor: 4, ready: [slot('1'), slot('2')] }),
      groupOf('empty', { floor: 2 }),
    ];
    const { filling, endOne, under } = setUp(groups);
    filling.ask();
    const order: (string | undefined)[] = [];
    while (under().length > 0) {
      order.push(under()[0]);
      await endOne();
    }
    expect(order).toEqual(['empty', 'large', 'empty', 'large', 'hot']);
  });

  it('waits for a pause between claims, but not for ever', async () => {
    const { clock, filling, quiet, under } = setUp([groupOf('a', { floor: 1 })]);
    quiet.disturb();
    filling.ask();
    await clock.advance(40);
    quiet.disturb();
    await clock.advance(40);
    expect(under()).toEqual([]);
    await clock.advance(10);
    expect(under()).toEqual(['a']);
  });

  it('begins after half a second of claims without a pause', async () => {
    const { clock, filling, quiet, under } = setUp([groupOf('a', { floor: 1 })]);
    filling.ask();
    for (let ms = 0; ms < 500; ms += 10) {
      quiet.disturb();
      if (ms === 0) filling.ask();
      await clock.advance(10);
    }
    expect(under()).toEqual(['a']);
  });

  it('lets starts go first that somebody waits for', async () => {
    const { clock, filling, under, world } = setUp([groupOf('a', { floor: 1 })]);
    world.waitedFor = 1;
    filling.ask();
    await clock.advance(1_000);
    expect(under()).toEqual([]);
    world.waitedFor = 0;
    await clock.advance(100);
    expect(under()).toEqual(['a']);
  });

  it.each([false, new Error('no')])('waits longer and longer after a start that ended with %s', async (answer) => {
    const { clock, filling, under, world, endOne } = setUp([groupOf('a', { floor: 1 })]);
    world.answer = answer;
    filling.ask();
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      expect(under()).toEqual(['a']);
      await endOne();
      for (let ms = 0; ms < seconds * 1_000 - 100; ms += 100) await clock.advance(100);
      expect(under()).toEqual([]);
      await clock.advance(100);
    }
    expect(under()).toEqual(['a']);
  });

  it('is not held up by a group that waits after a failure', async () => {
    const groups = [
      groupOf('bad', { floor: 1, notBeforeMs: 60_000 }),
      groupOf('good', { floor: 3, ready: [slot('1')] }),
    ];
    const { filling, under } = setUp(groups);
    filling.ask();
    expect(under()).toEqual(['good']);
  });

  it('leaves groups alone that must do with what they have', async () => {
    const groups = [groupOf('a', { floor: 1 }), groupOf('b', { isHot: true })];
    const { filling, under } = setUp(groups, { concurrency: 2, mayStart: ({ floor }) => floor > 0 });
    filling.ask();
    expect(under()).toEqual(['a']);
  });

  it('begins nothing after its end, and leaves no timer', async () => {
    const { clock, filling, quiet, under } = setUp([groupOf('a', { floor: 1 })]);
    quiet.disturb();
    filling.ask();
    filling.ask();
    expect(clock.sleeping).toBe(1);
    filling.end();
    await clock.advance(1_000);
    filling.ask();
    expect([under(), clock.sleeping]).toEqual([[], 0]);
  });

  it('has no timer where nothing is missing', async () => {
    const { clock, filling, under } = setUp([groupOf('a', { floor: 1, ready: [slot('1')] })]);
    filling.ask();
    expect([under(), clock.sleeping]).toEqual([[], 0]);
  });
});

function slot(id: string) {
  return { id, readySinceMs: 0, createdAtMs: 0 };
}
