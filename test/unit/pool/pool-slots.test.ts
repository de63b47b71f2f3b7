import { afterEach, describe, expect, it } from 'vitest';
import { newSandbox } from '../../../src/domain/new-sandbox.ts';
import { testPolicy } from '../../support/rows.ts';
import {
  begunRoom,
  floorOf,
  type PoolRoom,
  type PoolRoomOptions,
  poolRoom,
  startedEvent,
  startOf,
  template,
} from './pool-room.ts';

let room: PoolRoom;
afterEach(() => room.close());

const begun = async (slots: number, options: PoolRoomOptions = {}) => {
  room = await begunRoom(slots, options);
};
const idle = () => room.pool.idle().map(({ id }) => id);
const taken = () => {
  const slot = room.pool.take(startOf());
  if (slot === undefined) throw new Error('no slot');
  return slot;
};
const exited = { exitCode: 137, signal: 'SIGKILL', oomKilled: false, logTail: null };
/** As the look at a container that has ended does. */
const die = async (id: string) => {
  const fact = { type: 'CONTAINER_EXITED', containerStartedAt: 'now', end: exited, isAfterEngineLoss: false } as const;
  await room.applyEvent(id, fact, { actor: 'system' });
  await room.drive(id);
};

describe('a slot', () => {
  it('is handed out once, put back as the first in line, and handed out again', async () => {
    await begun(3);
    const order = idle();
    const first = taken();
    expect([first.id, taken().id]).toEqual(order.slice(0, 2));
    room.pool.putBack(first);
    expect(taken().id).toBe(order[0]);
  });

  it('is the claimer alone: the machine lets the first of two writers have it', async () => {
    await begun(1);
    const slot = taken();
    expect(await Promise.all([room.claim(slot), room.claim(slot)])).toEqual(['accepted', 'refused']);
  });

  it('that died is out of the pool before anybody can take it', async () => {
    await begun(2);
    const [dead = ''] = idle();
    await die(dead);
    expect(idle()).not.toContain(dead);
    expect([taken().id === dead, room.pool.take(startOf())]).toEqual([false, undefined]);
  });

  it('that died in the hands of a claim is not put back', async () => {
    await begun(1);
    const slot = taken();
    await die(slot.id);
    expect(await room.claim(slot)).toBe('unknown_sandbox');
    room.pool.putBack(slot);
    expect(idle()).not.toContain(slot.id);
  });

  it('is replaced when it was claimed, discarded, has died or was closed', async () => {
    await begun(4);
    const [claimed, discarded] = [taken(), taken()];
    await room.claim(claimed);
    room.pool.claimed(claimed, 3);
    await die(discarded.id);
    room.pool.discard(discarded, 3);
    const [dead = '', closed = ''] = idle();
    await die(dead);
    await room.pool.closeSlot(closed);
    await room.pass(2_000);
    expect(idle()).toHaveLength(4);
    expect(await room.rows('warm')).toEqual(expect.arrayContaining(idle()));
    expect([room.claims, await room.rows('warm', 'warming', 'deleting')]).toEqual([
      ['hit', 'discard'],
      expect.objectContaining({ length: 4 }),
    ]);
  });

  it('that could not be closed is still there, in memory as in its row', async () => {
    await begun(1);
    const [slot = ''] = idle();
    room.breakStore(true);
    await expect(room.pool.closeSlot(slot)).rejects.toThrow();
    room.breakStore(false);
    await room.pool.refresh();
    await room.pass(1_000);
    expect([idle(), await room.rows('warm')]).toEqual([[slot], [slot]]);
  });

  it('closed while somebody claims it is theirs, or gone, and never both', async () => {
    await begun(1);
    const slot = taken();
    const [, claimed] = await Promise.all([room.pool.closeSlot(slot.id), room.claim(slot)]);
    const row = await room.store.find(slot.id);
    expect(claimed === 'accepted' ? row?.state : 'gone').toBe(claimed === 'accepted' ? 'pending' : 'gone');
  });

  it('in the hands of a claim is not ready again because the pool looks at its rows', async () => {
    await begun(1);
    const slot = taken();
    await room.pool.refresh();
    expect([room.pool.take(startOf()), idle()]).toEqual([undefined, []]);
    room.pool.putBack(slot);
    await room.pool.refresh();
    expect(idle()).toEqual([slot.id]);
  });

  it('is not ready again because of stale news of it', async () => {
    await begun(1);
    const row = await room.store.find(idle()[0] ?? '');
    const slot = taken();
    if (row !== undefined) room.feed.publish({ row, transition: null, notice: 'oom' });
    expect(room.pool.take(startOf())).toBeUndefined();
    room.pool.putBack(slot);
    expect(idle()).toEqual([slot.id]);
  });
});

describe('filling', () => {
  it('tries a start that failed again after 1, 2, 4 and so on up to 60 seconds, and is at once itself afterwards', async () => {
    room = await poolRoom();
    room.world.floors = [floorOf(2)];
    room.world.starts = 'fails';
    await room.pool.begin();
    const atMs: number[] = [];
    for (let ms = 0; ms < 200_000; ms += 100) {
      const before = room.started.length;
      await room.pass(100);
      if (room.started.length > before) atMs.push(ms);
    }
    const waits = atMs.map((ms, at) => Math.round((ms - (at === 0 ? 0 : (atMs[at - 1] ?? 0))) / 1_000));
    expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60]);
    expect(await room.rows('warming', 'warm', 'deleting', 'deleted')).toEqual([]);
    room.world.starts = 'ok';
    await room.pass(61_000);
    expect(idle()).toHaveLength(2);
  });

  it('lets a cold start that is waited for go first', async () => {
    await begun(1);
    const row = newSandbox(
      { id: 'cold', tenant: 'acme', ownerKeyId: 'k', reuseKey: null, engine: 'memory', atMs: 0 },
      startOf(),
      testPolicy,
    );
    await room.publish(row);
    room.world.floors = [floorOf(2)];
    await room.pool.refresh();
    await room.pass(2_000);
    expect(idle()).toHaveLength(1);
    await room.publish({ ...row, state: 'running', ranOnce: true });
    await room.pass(200);
    expect(idle()).toHaveLength(2);
  });

  it('does not wait for a claim that has its container already', async () => {
    await begun(1);
    const slot = taken();
    await room.claim(slot);
    room.pool.claimed(slot, 1);
    await room.pass(200);
    expect(idle()).toHaveLength(1);
  });

  it('waits for a pause between claims', async () => {
    await begun(4);
    const before = room.started.length;
    for (let i = 0; i < 3; i += 1) {
      const slot = taken();
      await room.claim(slot);
      room.pool.claimed(slot, 1);
      await room.clock.advance(40);
    }
    expect(room.started.length).toBe(before);
    await room.pass(1_000);
    expect(idle()).toHaveLength(4);
  });

  it('takes no room that is not there, and goes on when there is some', async () => {
    room = await poolRoom();
    room.world.floors = [floorOf(1)];
    room.world.roomMb = 63;
    await room.pool.begin();
    await room.pass(3_000);
    expect(await room.rows('warming', 'warm')).toEqual([]);
    room.world.roomMb = 64;
    await room.pass(8_000);
    expect(idle()).toHaveLength(1);
  });

  it('knows a floor whose image comes later', async () => {
    room = await poolRoom();
    room.world.floors = [floorOf(1, template({ name: 'later', image: 'missing:latest' }))];
    await room.pool.begin();
    expect(room.pool.status().belowFloor).toEqual(['later']);
    room.world.floors = [floorOf(1, template({ name: 'later', image: 'there:latest' }))];
    await room.pool.refresh();
    await room.pass(1_000);
    expect([room.pool.status().belowFloor, idle().length]).toEqual([[], 1]);
  });
});

describe('what is shown', () => {
  it('are hits, misses, discards and the time of claims', async () => {
    await begun(2);
    for (const ms of [1, 9]) {
      const slot = taken();
      await room.claim(slot);
      const row = await room.store.find(slot.id);
      if (row !== undefined) await room.applyEvent(slot.id, startedEvent(row, room.world, 'warm'), { actor: 'system' });
      room.pool.claimed(slot, ms);
    }
    expect(room.pool.take(startOf())).toBeUndefined();
    expect(room.pool.status()).toMatchObject({
      isOn: true,
      belowFloor: ['base'],
      signatures: [{ hits: 2, misses: 1, discards: 0, hitRate: 2 / 3, claimMs: { p50: 1, p99: 9 }, ready: 0 }],
    });
  });

  it('is nothing while the pool is off', async () => {
    room = await poolRoom();
    await room.pool.begin();
    expect([room.pool.take(startOf()), room.claims]).toEqual([undefined, []]);
    expect(room.pool.status()).toEqual({ isOn: false, signatures: [], belowFloor: [] });
  });
});
