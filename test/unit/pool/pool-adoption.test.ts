import { afterEach, describe, expect, it } from 'vitest';
import { begunRoom, floorOf, type PoolRoom, type PoolRoomOptions, poolRoom, startOf } from './pool-room.ts';

let room: PoolRoom;
afterEach(() => room.close());

const begun = async (slots: number, options: PoolRoomOptions = {}) => {
  room = await begunRoom(slots, options);
};
/** The next process over what this one left. */
async function next(options: PoolRoomOptions = {}): Promise<PoolRoom> {
  room.close();
  room = await poolRoom({ ...options, after: room });
  return room;
}

describe('the pool of the next process', () => {
  it('takes over every slot that is warm, and makes no other', async () => {
    await begun(3);
    const before = await room.rows('warm');
    await (await next()).pool.begin();
    expect(room.pool.idle().map(({ id }) => id)).toEqual(before);
    await room.pass(2_000);
    expect([await room.rows('warming', 'warm'), room.started]).toEqual([before, []]);
    expect(before).toContain(room.pool.take(startOf())?.id);
  });

  it('counts those that are being started, and makes no other in their place', async () => {
    await begun(2);
    room.world.floors = [floorOf(4)];
    room.world.starts = 'held';
    await room.pool.refresh();
    await room.pass(1_000);
    expect([(await room.rows('warm')).length, (await room.rows('warming')).length]).toEqual([2, 1]);
    const [warming = ''] = await room.rows('warming');
    room.world.starts = 'ok';
    await next();
    await room.pool.begin();
    await room.pass(1_000);
    // The boot drives what is owed.
    await room.drive(warming);
    await room.pass(1_000);
    expect([(await room.rows('warming', 'warm')).length, room.pool.idle().length]).toEqual([4, 4]);
    expect(room.started).toHaveLength(2);
  });

  it('keeps one whose start ends while it begins', async () => {
    await begun(1);
    room.world.floors = [floorOf(2)];
    room.world.starts = 'held';
    await room.pool.refresh();
    await room.pass(1_000);
    const [warming = ''] = await room.rows('warming');
    room.world.starts = 'ok';
    await next();
    await Promise.all([room.pool.begin(), room.drive(warming)]);
    await room.pass(1_000);
    expect((await room.rows('warm')).sort()).toEqual(
      room.pool
        .idle()
        .map(({ id }) => id)
        .sort(),
    );
    expect(await room.rows('warm')).toContain(warming);
    expect(room.pool.idle()).toHaveLength(2);
  });

  it('does not grow with every restart', async () => {
    await begun(3, { concurrency: 2 });
    for (let i = 0; i < 5; i += 1) {
      await next({ concurrency: 2 });
      await room.pool.begin();
      await room.pass(1_000);
    }
    expect(await room.rows('warming', 'warm')).toHaveLength(3);
  });

  it('recycles them all where it is off', async () => {
    await begun(2);
    room.world.floors = [];
    await (await next()).pool.begin();
    await room.pass(1_000);
    expect([room.pool.idle(), await room.rows('warming', 'warm', 'deleting')]).toEqual([[], []]);
  });

  it('recycles those that no floor and no use wants', async () => {
    await begun(1);
    room.world.floors = [{ start: startOf({ internet: false }), slots: 1 }];
    await (await next()).pool.begin();
    await room.pass(1_000);
    expect(room.pool.idle()).toHaveLength(1);
    expect(await room.rows('warming', 'warm', 'deleting')).toHaveLength(1);
    expect(room.pool.take(startOf())).toBeUndefined();
  });

  it('serves a slot once that is claimed while it is taken over', async () => {
    await begun(2);
    await next();
    const [first] = await room.rows('warm');
    const beginning = room.pool.begin();
    const taken: string[] = [];
    for (let turn = 0; turn < 40; turn += 1) {
      const slot = room.pool.take(startOf());
      if (slot !== undefined) taken.push(slot.id);
      await Promise.resolve();
    }
    await beginning;
    for (let slot = room.pool.take(startOf()); slot !== undefined; slot = room.pool.take(startOf()))
      taken.push(slot.id);
    expect(taken.sort()).toEqual(await room.rows('warm'));
    expect(taken).toContain(first);
  });

  it('keeps and serves them while the engine is away, and recycles them where their image has moved meanwhile', async () => {
    await begun(2);
    const before = await room.rows('warm');
    room.world.isEngineDown = true;
    await (await next()).pool.begin();
    expect(room.pool.idle().map(({ id }) => id)).toEqual(before);
    const slot = room.pool.take(startOf());
    expect(before).toContain(slot?.id);
    if (slot !== undefined) room.pool.putBack(slot);
    room.world.isEngineDown = false;
    room.world.digests.set('sandglass-base:latest', 'sha256:new');
    await room.pool.refresh();
    await room.pass(1_000);
    expect(room.pool.idle()).toHaveLength(2);
    expect(room.pool.idle().filter(({ id }) => before.includes(id))).toEqual([]);
  });

  it('finds by its next look what it could not take over at first', async () => {
    await begun(2);
    await next();
    room.breakStore(true);
    await expect(room.pool.begin()).rejects.toThrow();
    room.breakStore(false);
    const before = await room.rows('warm');
    await room.pool.refresh();
    await room.pass(1_000);
    expect(room.pool.idle().map(({ id }) => id)).toEqual(before);
    expect(await room.rows('warming', 'warm')).toHaveLength(2);
  });
});
