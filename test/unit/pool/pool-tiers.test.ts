import { afterEach, describe, expect, it } from 'vitest';
import { floorOf, type PoolRoom, poolRoom, startOf, template } from './pool-room.ts';

let room: PoolRoom;
afterEach(() => room.close());

/** The pool is on, with a floor of another template that nobody here asks for. */
async function setUp(options: Parameters<typeof poolRoom>[0] = {}): Promise<void> {
  room = await poolRoom(options);
  room.world.floors = [floorOf(1)];
  await room.pool.begin();
  await room.pass(100);
  room.claims.length = 0;
}
const other = template({ name: 'other', image: 'other:latest' });
const wish = startOf({}, other);
/** One start of the kind, from beginning to end. */
async function useOnce(): Promise<string> {
  const slot = room.pool.take(wish);
  if (slot !== undefined) {
    await room.claim(slot);
    room.pool.claimed(slot, 1);
  }
  await room.pass(100);
  return slot === undefined ? 'miss' : `hit of ${slot.tier}`;
}
const shown = (image: string) => room.pool.status().signatures.find((one) => one.image === image);

describe('the tiers', () => {
  it('make a signature hot at its third use within the window, and keep a slot for it then', async () => {
    await setUp();
    expect([await useOnce(), await useOnce()]).toEqual(['miss', 'miss']);
    expect([room.tierChanges, shown('other:latest')?.ready]).toEqual([[], 0]);
    expect(await useOnce()).toBe('miss');
    expect(room.tierChanges).toEqual(['promoted other:latest']);
    await room.pass(500);
    expect(shown('other:latest')).toMatchObject({ tier: 'hot', target: 1, ready: 1 });
    expect(await useOnce()).toBe('hit of hot');
    expect(room.tierChanges).toEqual(['promoted other:latest']);
  });

  it('count a start that found its sandbox by reuse key as a use', async () => {
    await setUp();
    await useOnce();
    for (let i = 0; i < 2; i += 1) room.pool.reused(wish);
    expect(room.tierChanges).toEqual(['promoted other:latest']);
  });

  it('do not make hot what is used more seldom', async () => {
    await setUp();
    for (let i = 0; i < 5; i += 1) {
      await useOnce();
      await room.pass(300_100);
    }
    expect(room.tierChanges).toEqual([]);
  });

  it('forget a hot signature when its window is empty: its slots are cold then and not filled again', async () => {
    await setUp();
    for (let i = 0; i < 3; i += 1) await useOnce();
    await room.pass(500);
    await room.pass(599_000);
    await room.pool.refresh();
    expect(room.tierChanges).toEqual(['promoted other:latest']);
    await room.pass(1_000);
    await room.pool.refresh();
    expect(room.tierChanges).toEqual(['promoted other:latest', 'demoted other:latest']);
    expect(shown('other:latest')).toMatchObject({ tier: 'cold', target: 0, ready: 1 });
    const [idle] = room.pool.idle().filter(({ tier }) => tier === 'cold');
    await room.pool.closeSlot(idle?.id ?? '');
    await room.pass(1_000);
    expect(shown('other:latest')).toMatchObject({ ready: 0 });
  });

  it('never promote or demote a floor of the configuration', async () => {
    await setUp();
    for (let i = 0; i < 5; i += 1) {
      const slot = room.pool.take(startOf());
      if (slot !== undefined) room.pool.putBack(slot);
    }
    await room.pass(700_000);
    await room.pool.refresh();
    expect(room.tierChanges).toEqual([]);
    expect(shown('sandglass-base:latest')).toMatchObject({ tier: 'permanent', ready: 1 });
  });

  it('follow the floors as they are changed: more, fewer, another template, none', async () => {
    await setUp();
    const counts = async () => {
      await room.pool.refresh();
      await room.pass(1_000);
      return room.pool.idle().map(({ tier }) => tier);
    };
    room.world.floors = [floorOf(3)];
    expect(await counts()).toEqual(['permanent', 'permanent', 'permanent']);
    room.world.floors = [floorOf(1)];
    expect((await counts()).sort()).toEqual(['cold', 'cold', 'permanent']);
    room.world.floors = [floorOf(1, other)];
    expect((await counts()).sort()).toEqual(['cold', 'cold', 'cold', 'permanent']);
    // Off: nobody could claim what is left.
    room.world.floors = [];
    expect(await counts()).toEqual([]);
    expect(await room.rows('warming', 'warm')).toEqual([]);
    expect(room.pool.take(wish)).toBeUndefined();
    expect(room.claims).toEqual([]);
  });

  it('add up floors of templates that are of one signature', async () => {
    room = await poolRoom();
    room.world.floors = [floorOf(1), floorOf(2, template({ name: 'twin', env: { A: '1' } }))];
    await room.pool.begin();
    await room.pass(1_000);
    expect(room.pool.status().signatures).toMatchObject([{ target: 3, ready: 3 }]);
  });

  it('keep no more than the floors while memory is short', async () => {
    await setUp();
    room.world.isPressed = true;
    for (let i = 0; i < 3; i += 1) await useOnce();
    await room.pass(1_000);
    expect(shown('other:latest')).toMatchObject({ tier: 'hot', target: 1, ready: 0 });
    const slot = room.pool.take(startOf());
    if (slot !== undefined) await room.claim(slot);
    if (slot !== undefined) room.pool.claimed(slot, 1);
    await room.pass(1_000);
    expect(shown('sandglass-base:latest')).toMatchObject({ ready: 1 });
    room.world.isPressed = false;
    await room.pool.refresh();
    await room.pass(1_000);
    expect(shown('other:latest')).toMatchObject({ ready: 1 });
  });

  it('forget signatures that were used once, so that no caller can make the service remember for ever', async () => {
    await setUp();
    for (let diskMb = 1; diskMb <= 50; diskMb += 1) room.pool.take(startOf({ resources: { diskMb } }));
    expect(room.pool.status().signatures).toHaveLength(51);
    await room.pass(700_000);
    await room.pool.refresh();
    expect(room.pool.status().signatures).toMatchObject([{ tier: 'permanent' }]);
  });
});

describe('an eviction', () => {
  it('takes cold slots before hot ones before those of floors, the longest ready first', async () => {
    await setUp();
    room.world.floors = [floorOf(1), floorOf(1, other)];
    const third = template({ name: 'third', image: 'third:latest' });
    for (let i = 0; i < 3; i += 1) room.pool.take(startOf({}, third));
    await room.pass(1_000);
    await room.pool.refresh();
    await room.pass(1_000);
    room.world.floors = [floorOf(1)];
    await room.pool.refresh();
    await room.pass(1_000);
    const tierOf = new Map(room.pool.idle().map(({ id, tier }) => [id, tier]));
    expect([...tierOf.values()].sort()).toEqual(['cold', 'hot', 'permanent']);
    room.world.roomMb = 0;
    const left = () => room.pool.idle().map(({ id }) => tierOf.get(id));
    expect(room.pool.evict(1)).toBe(64);
    expect(left().sort()).toEqual(['hot', 'permanent']);
    expect(room.pool.evict(65)).toBe(128);
    expect([left(), room.pool.evict(64)]).toEqual([[], 0]);
    await room.pass(100);
    expect(await room.rows('warm', 'warming', 'deleting')).toEqual([]);
  });
});
