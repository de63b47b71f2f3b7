import { describe, expect, it } from 'vitest';
import { janitorRoom, slotOf } from './janitor-room.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`);

describe('wedged closes', () => {
  it('delay neither the looks nor the closes of others, even when all places hang', async () => {
    const room = janitorRoom();
    room.world.slots = ids(4).map((id) => slotOf(room.clock, id));
    await room.pass(1_000);
    expect(room.closes).toHaveLength(4);
    room.world.slots.push(slotOf(room.clock, 'other', { tier: 'hot' }));
    await room.pass(60_000);
    expect(room.looksAtMs).toEqual([1_000, 61_000]);
    expect(room.closes[4]?.id).toBe('other');
    await room.closes[4]?.end();
    expect(room.reaped).toEqual(['other idle']);
    await room.janitor.close();
  });

  it('lose their place after ten seconds: they are aborted, logged once, and the next one begins', async () => {
    const room = janitorRoom();
    room.world.slots = ids(5).map((id) => slotOf(room.clock, id));
    await room.pass(1_000 + 9_999);
    expect(room.closes).toHaveLength(4);
    expect(room.closes.some(({ signal }) => signal.aborted)).toBe(false);
    await room.pass(1);
    expect(room.closes.map(({ signal }) => signal.aborted)).toEqual([true, true, true, true, false]);
    expect(room.logged.map(({ event }) => event)).toEqual(Array(4).fill('pool.close_late'));
    await room.janitor.close();
  });

  it('are not tried again before they have ended, and count when they end well after all', async () => {
    const room = janitorRoom();
    room.world.slots = [slotOf(room.clock, 'a')];
    await room.pass(600_000);
    expect(room.looksAtMs.length).toBeGreaterThan(9);
    expect(room.closes).toHaveLength(1);
    await room.closes[0]?.end();
    expect(room.reaped).toEqual(['a idle']);
    await room.janitor.close();
  });

  it('are tried again in the next pass once they have failed, without another word', async () => {
    const room = janitorRoom();
    room.world.slots = [slotOf(room.clock, 'a')];
    await room.pass(20_000);
    await room.closes[0]?.fail(new Error('aborted'));
    expect(room.logged.map(({ event }) => event)).toEqual(['pool.close_late']);
    await room.pass(60_000);
    expect(room.closes).toHaveLength(2);
    await room.janitor.close();
  });
});

describe('the end of the janitor', () => {
  it('comes at once during a sleep, and nothing is looked at any more', async () => {
    const room = janitorRoom();
    await room.pass(1_500);
    await room.janitor.close();
    await room.pass(600_000);
    expect(room.looksAtMs).toEqual([1_000]);
  });

  it('comes at once though closes are wedged: they are aborted, and no other one begins', async () => {
    const room = janitorRoom();
    room.world.slots = ids(6).map((id) => slotOf(room.clock, id));
    await room.pass(1_000);
    await room.janitor.close();
    expect(room.closes.map(({ signal }) => signal.aborted)).toEqual([true, true, true, true]);
    for (const close of [...room.closes]) await close.fail(new Error('aborted'));
    await room.pass(600_000);
    expect(room.closes).toHaveLength(4);
    expect(room.logged).toEqual([]);
  });

  it('leaves no clock running for a close that never ends', async () => {
    const room = janitorRoom();
    room.world.slots = [slotOf(room.clock, 'a')];
    await room.pass(1_000);
    await room.janitor.close();
    await room.pass(600_000);
    expect(room.logged).toEqual([]);
  });

  it('comes in the very moment that it awakes, too', async () => {
    const room = janitorRoom();
    const moved = room.clock.advance(1_000);
    await room.janitor.close();
    await moved;
    expect(room.looksAtMs).toEqual([]);
  });

  it('may come twice', async () => {
    const room = janitorRoom();
    await Promise.all([room.janitor.close(), room.janitor.close()]);
    await room.janitor.close();
  });
});

describe('whatever goes wrong', () => {
  it.each(['idleSlots', 'hasWaiting'] as const)('in %s is logged, and the janitor goes on', async (name) => {
    let isBroken = true;
    const answers = { idleSlots: () => [], hasWaiting: () => false };
    const answer = () => {
      if (isBroken) throw new Error('broken');
      return answers[name]();
    };
    const room = janitorRoom({ [name]: answer });
    await room.pass(1_000);
    expect(room.logged.map(({ level, event }) => [level, event])).toEqual([['error', 'pool.janitor_failed']]);
    isBroken = false;
    await room.pass(60_000);
    expect(room.looksAtMs.at(-1)).toBe(61_000);
    expect(room.logged).toHaveLength(1);
    await room.janitor.close();
  });

  it('in a close that throws at once, or in what is told of it, is logged too', async () => {
    const closeSlot = (id: string) => {
      if (id === 'a') throw new Error('no promise at all');
      return Promise.resolve();
    };
    const onReaped = () => {
      throw new Error('broken');
    };
    const room = janitorRoom({ closeSlot, onReaped });
    room.world.slots = ['a', 'b'].map((id) => slotOf(room.clock, id));
    await room.pass(1_000);
    const failed = room.logged.filter(({ event }) => event === 'pool.close_failed');
    expect(failed.map(({ fields }) => fields['sandboxId'])).toEqual(['a', 'b']);
    await room.janitor.close();
  });
});
