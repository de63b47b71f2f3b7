import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { floorOf, type PoolRoom, poolRoom, startOf, template } from './pool-room.ts';

let room: PoolRoom;
beforeEach(async () => {
  room = await poolRoom();
});
afterEach(() => room.close());

describe('the status of the pool', () => {
  it('is on and below its floor before the pool has begun', () => {
    room.world.floors = [floorOf(1)];
    expect(room.pool.status()).toEqual({ isOn: true, signatures: [], belowFloor: ['base'] });
  });

  it('names a floor whose image the engine does not have', async () => {
    const missing = template({ name: 'python', image: 'missing:1' });
    room.world.floors = [floorOf(1), floorOf(1, missing)];
    await room.pool.begin();
    await room.pass(1_000);
    expect(room.pool.status().belowFloor).toEqual(['python']);
  });

  it('names none once all floors are full, and one again after a claim', async () => {
    room.world.floors = [floorOf(1)];
    await room.pool.begin();
    await room.pass(1_000);
    expect(room.pool.status().belowFloor).toEqual([]);
    room.world.starts = 'held';
    room.pool.take(startOf());
    expect(room.pool.status().belowFloor).toEqual(['base']);
  });

  it('is off without a floor', () => {
    expect(room.pool.status()).toEqual({ isOn: false, signatures: [], belowFloor: [] });
  });
});

describe('the signature of a start', () => {
  it('is that of the slots that it would take, also while the pool is off', async () => {
    const before = await room.pool.signatureFor(startOf({ env: { A: 'b' } }));
    room.world.floors = [floorOf(1)];
    await room.pool.begin();
    await room.pass(1_000);
    expect(room.pool.status().signatures.map(({ signature }) => signature)).toEqual([before?.signature]);
  });

  it('is unknown for an image that the engine does not have', async () => {
    expect(await room.pool.signatureFor(startOf({ image: 'missing:1' }))).toBeUndefined();
  });
});
