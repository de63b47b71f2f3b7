import { describe, expect, it } from 'vitest';
import { janitorRoom, slotOf } from './janitor-room.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`);
const later = (room: ReturnType<typeof janitorRoom>) => room.looksAtMs.slice(1);

describe('when the janitor looks', () => {
  it('sleeps before it reads', async () => {
    const room = janitorRoom();
    await room.pass(999);
    expect(room.looksAtMs).toEqual([]);
    await room.pass(1);
    expect(room.looksAtMs).toEqual([1_000]);
    await room.janitor.close();
  });

  it.each([
    [0.5, [61_000, 121_000]],
    [0.7, [31_000, 61_000, 91_000, 121_000]],
    [0.85, Array.from({ length: 12 }, (_, index) => 11_000 + index * 10_000)],
  ])('looks as often as the table says at %d', async (ratio, expected) => {
    const room = janitorRoom();
    room.world.ratio = ratio;
    await room.pass(121_000);
    expect(later(room)).toEqual(expected);
    await room.janitor.close();
  });

  it('decides by memory as it is after the sleep, not as it was before', async () => {
    const room = janitorRoom();
    await room.pass(1_000);
    room.world.slots = [slotOf(room.clock, 'a', { readySinceMs: room.clock.nowMs() })];
    await room.pass(59_999);
    room.world.ratio = 0.85;
    expect(room.closes).toEqual([]);
    await room.pass(1);
    expect(room.closes.map(({ id }) => id)).toEqual(['a']);
    await room.janitor.close();
  });

  it('looks every second while a create waits, though it began to wait during a long sleep', async () => {
    const room = janitorRoom();
    await room.pass(20_000);
    room.world.isWaiting = true;
    await room.pass(3_000);
    room.world.isWaiting = false;
    await room.pass(70_000);
    expect(later(room)).toEqual([21_000, 22_000, 23_000, 24_000, 84_000]);
    await room.janitor.close();
  });

  it('looks again after a second when memory grew by more than 5 %', async () => {
    const room = janitorRoom();
    await room.pass(60_000);
    room.world.ratio = 0.1;
    await room.pass(1_000);
    room.world.ratio = 0.2;
    await room.pass(62_000);
    expect(later(room)).toEqual([61_000, 62_000, 63_000, 123_000]);
    await room.janitor.close();
  });

  it('reads memory once a look', async () => {
    const room = janitorRoom();
    room.world.slots = ids(5).map((id) => slotOf(room.clock, id));
    await room.pass(1_000);
    expect(room.looksAtMs).toHaveLength(1);
    await room.janitor.close();
  });
});

describe('what the janitor closes', () => {
  it('says once, at info, of each what it was and why, when it is closed', async () => {
    const room = janitorRoom();
    room.world.slots = [slotOf(room.clock, 'a', { tier: 'hot', signature: '0123456789abcdef' })];
    await room.pass(1_000);
    expect(room.reaped).toEqual([]);
    await room.closes[0]?.end();
    expect(room.reaped).toEqual(['a idle']);
    const fields = {
      event: 'pool.reaped',
      sandboxId: 'a',
      tier: 'hot',
      signature: '01234567',
      why: 'idle',
      ageMs: 3_601_000,
    };
    expect(room.logged).toEqual([{ level: 'info', event: 'pool.reaped', fields }]);
    await room.janitor.close();
  });

  it('is four slots at a time, in order', async () => {
    const room = janitorRoom();
    const readySince = (index: number) => room.clock.nowMs() - 900_000 - index;
    room.world.slots = ids(9).map((id, index) => slotOf(room.clock, id, { readySinceMs: readySince(index) }));
    await room.pass(1_000);
    expect(room.closes.map(({ id }) => id)).toEqual(['s8', 's7', 's6', 's5']);
    await room.closes[2]?.end();
    expect(room.closes.map(({ id }) => id)).toEqual(['s8', 's7', 's6', 's5', 's4']);
    for (let index = 0; index < 9; index += 1) await room.closes[index]?.end();
    expect(room.world.slots).toEqual([]);
    expect(room.reaped).toHaveLength(9);
    await room.janitor.close();
  });

  it('is not a slot that was claimed while it waited for its turn', async () => {
    const room = janitorRoom();
    room.world.slots = ids(5).map((id) => slotOf(room.clock, id));
    await room.pass(1_000);
    const waiting = room.world.slots.find(({ id }) => !room.closes.some((close) => close.id === id));
    room.world.slots = room.world.slots.filter((slot) => slot !== waiting);
    for (const close of [...room.closes]) await close.end();
    expect(room.closes).toHaveLength(4);
    expect(room.reaped).toHaveLength(4);
    await room.janitor.close();
  });

  it('is one permanent slot of a signature a minute, however often it looks', async () => {
    const room = janitorRoom({ limits: { maxAgeMs: 1_000 } });
    room.world.slots = ids(5).map((id) => slotOf(room.clock, id, { tier: 'permanent' }));
    room.world.isWaiting = true;
    for (let second = 0; second < 59; second += 1) {
      await room.pass(1_000);
      for (const close of [...room.closes]) await close.end();
    }
    expect(room.reaped).toHaveLength(1);
    await room.pass(2_000);
    expect(room.closes).toHaveLength(2);
    await room.janitor.close();
  });

  it('is tried again in the next pass when it failed, which is logged', async () => {
    const room = janitorRoom();
    room.world.slots = [slotOf(room.clock, 'a')];
    await room.pass(1_000);
    await room.closes[0]?.fail(new Error('engine down'));
    expect(room.logged.map(({ level, event }) => [level, event])).toEqual([['warn', 'pool.close_failed']]);
    await room.pass(60_000);
    expect(room.closes.map(({ id }) => id)).toEqual(['a', 'a']);
    await room.closes[1]?.end();
    expect(room.reaped).toEqual(['a idle']);
    await room.janitor.close();
  });
});

describe('paused sandboxes', () => {
  it.each([
    [0.8, []],
    [0.85, [1, 1, 1]],
    [0.95, [2, 2, 2]],
  ])('are stopped in three passes at %d: %j', async (ratio, expected) => {
    const room = janitorRoom();
    room.world.ratio = ratio;
    await room.pass(21_000);
    expect(room.asksToStop).toEqual(expected);
    await room.janitor.close();
  });

  it('are not asked for again while the answer is due, which delays no look', async () => {
    let asks = 0;
    const stopLongestPaused = () => {
      asks += 1;
      return new Promise<number>(() => undefined);
    };
    const room = janitorRoom({ stopLongestPaused });
    room.world.ratio = 0.95;
    await room.pass(41_000);
    expect([asks, room.looksAtMs.length]).toEqual([1, 5]);
    await room.janitor.close();
  });

  it('are asked for again after a failure, which is logged', async () => {
    const room = janitorRoom({ stopLongestPaused: () => Promise.reject(new Error('store down')) });
    room.world.ratio = 0.95;
    await room.pass(11_000);
    expect(room.logged.map(({ event }) => event)).toEqual(['pool.stop_paused_failed', 'pool.stop_paused_failed']);
    await room.janitor.close();
  });
});
