import { afterEach, describe, expect, it } from 'vitest';
import { begunRoom, floorOf, type PoolRoom, poolRoom, startedEvent, startOf, template } from './pool-room.ts';

const IMAGE = 'sandglass-base:latest';
let room: PoolRoom;
afterEach(() => room.close());

async function setUp(slots = 2): Promise<void> {
  room = await begunRoom(slots);
  expect(room.pool.idle()).toHaveLength(slots);
}
const digests = async () => {
  const rows = await Promise.all((await room.rows('warming', 'warm')).map(room.store.find));
  return rows.map((row) => row?.imageDigest);
};
/** A sandbox that somebody started cold, and that runs. */
async function startCold(path: 'cold' | 'warm' | 'restart' = 'cold'): Promise<string> {
  const slot = room.pool.take(startOf());
  if (slot === undefined) throw new Error('no slot');
  await room.claim(slot);
  room.pool.claimed(slot, 1);
  const row = await room.store.find(slot.id);
  if (row === undefined) throw new Error('no row');
  await room.applyEvent(slot.id, startedEvent(row, room.world, path), { actor: 'system' });
  return slot.id;
}

describe('an image whose name leads to another content', () => {
  it('is found at the next look: its slots are recycled, none of them is served, and the floor is made of it', async () => {
    await setUp();
    const old = room.pool.idle().map(({ id }) => id);
    room.world.digests.set(IMAGE, 'sha256:new');
    await room.pool.refresh();
    expect(room.pool.take(startOf())).toBeUndefined();
    await room.pass(2_000);
    expect(await digests()).toEqual(['sha256:new', 'sha256:new']);
    expect(old).not.toContain(room.pool.take(startOf())?.id);
    expect(await room.rows('deleting', 'warm', 'warming')).toHaveLength(2);
  });

  it('is found at the first slot that is made of it: none is made in vain', async () => {
    await setUp();
    room.world.digests.set(IMAGE, 'sha256:new');
    const slot = room.pool.take(startOf());
    if (slot !== undefined) await room.claim(slot);
    if (slot !== undefined) room.pool.claimed(slot, 1);
    const before = room.started.length;
    await room.pass(5_000);
    expect(room.started.length - before).toBeLessThanOrEqual(3);
    expect(await digests()).toEqual(['sha256:new', 'sha256:new']);
    expect(room.pool.idle()).toHaveLength(2);
  });

  it('is learned from a cold start of it', async () => {
    await setUp(1);
    room.world.floors = [floorOf(1), floorOf(0)];
    room.world.digests.set(IMAGE, 'sha256:new');
    await startCold();
    await room.pass(2_000);
    expect(await digests()).toEqual(['sha256:new']);
  });

  it.each(['warm', 'restart'] as const)(
    'is not unlearned from a sandbox of before (%s) that runs again',
    async (path) => {
      await setUp();
      const id = await startCold();
      room.world.digests.set(IMAGE, 'sha256:new');
      await room.pool.refresh();
      await room.pass(2_000);
      // It runs in its container of before, and says so with every change of its row.
      const row = await room.store.find(id);
      if (row === undefined) throw new Error('no row');
      const start = { path, durationMs: 1, stages: {} };
      await room.publish({ ...row, imageDigest: `sha256:${IMAGE}`, start });
      const slot = room.pool.take(startOf());
      expect(slot && (await room.store.find(slot.id))?.imageDigest).toBe('sha256:new');
      await room.pass(2_000);
      expect(new Set(await digests())).toEqual(new Set(['sha256:new']));
    },
  );

  it('under a hot signature makes no slot of the content of before any more, and no more than its floor', async () => {
    await setUp(1);
    const hot = template({ name: 'hot', image: 'hot:latest' });
    for (let i = 0; i < 4; i += 1) {
      room.pool.take(startOf({}, hot));
      await room.pass(10);
    }
    await room.pass(1_000);
    expect(room.pool.idle()).toHaveLength(2);
    const before = room.started.length;
    room.world.digests.set('hot:latest', 'sha256:new');
    await room.pool.refresh();
    await room.pass(10_000);
    expect(room.started.length - before, 'slots started').toBeLessThanOrEqual(2);
    expect(room.pool.idle().length).toBeLessThanOrEqual(2);
    expect(await digests()).not.toContain('sha256:hot:latest');
  });

  it('is no matter of the engine being away: what was known stays, nothing is emptied', async () => {
    await setUp();
    const before = room.pool.idle();
    room.world.isEngineDown = true;
    await room.pool.refresh();
    await room.pass(1_000);
    expect(room.pool.idle()).toEqual(before);
    expect(room.pool.take(startOf())).toBeDefined();
  });
});

describe('another version of the agent', () => {
  it('recycles the slots of the one before, serves none of them, and fills the floor with its own', async () => {
    await setUp();
    const old = room.pool.idle().map(({ id }) => id);
    room.world.agentVersion = 'agent-2';
    await room.pool.refresh();
    expect(room.pool.take(startOf())).toBeUndefined();
    await room.pass(2_000);
    expect(room.pool.idle()).toHaveLength(2);
    const versions = await Promise.all(
      room.pool.idle().map(async ({ id }) => (await room.store.find(id))?.agentVersion),
    );
    expect(versions).toEqual(['agent-2', 'agent-2']);
    expect(room.pool.idle().filter(({ id }) => old.includes(id))).toEqual([]);
  });

  it('found by a new process: the slots of the process before are recycled', async () => {
    await setUp();
    room.close();
    const world = { ...room.world, agentVersion: 'agent-2' };
    room = await poolRoom({ after: { connection: room.connection, world } });
    await room.pool.begin();
    await room.pass(2_000);
    expect(room.pool.idle().map(({ id }) => id)).toEqual(await room.rows('warm'));
    const versions = await Promise.all(
      room.pool.idle().map(async ({ id }) => (await room.store.find(id))?.agentVersion),
    );
    expect(versions).toEqual(['agent-2', 'agent-2']);
  });
});
