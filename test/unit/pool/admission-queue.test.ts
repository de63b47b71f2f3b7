import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { admissionQueue } from '../../../src/pool/admission-queue.ts';
import type { AdmissionWish } from '../../../src/ports/capacity.ts';
import { countedClock } from '../../support/counted-clock.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function setUp(perTenant = 100) {
  const clock = countedClock();
  const ended: string[] = [];
  let left = 0;
  const queue = admissionQueue({ clock, perTenant, onLeft: () => (left += 1) });
  /** `a1` is the first of tenant `a`. */
  const join = (sandboxId: string, memoryMb = 1, signal?: AbortSignal) => {
    const wish = { sandboxId, tenant: sandboxId.charAt(0), memoryMb };
    queue.join(wish, { waitMs: 1000, signal }).then(
      (outcome) => ended.push(`${sandboxId} ${outcome}`),
      (reason) => ended.push(`${sandboxId} ${reason}`),
    );
  };
  /** Serves into so much room; who was served, in their order. */
  const serve = async (roomMb: number) => {
    let leftMb = roomMb;
    const served: string[] = [];
    queue.serve(({ sandboxId, memoryMb }: AdmissionWish) => {
      if (memoryMb > leftMb) return false;
      leftMb -= memoryMb;
      served.push(sandboxId);
      return true;
    });
    await nextTurn();
    return served;
  };
  return { clock, queue, ended, join, serve, left: () => left };
}

describe('the admission queue', () => {
  it('goes round the tenants, each in the order of coming', async () => {
    const { join, serve, ended } = setUp();
    for (const id of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) join(id);
    expect(await serve(6)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect(ended).toHaveLength(6);
  });

  it('goes on with the next tenant when there is room again', async () => {
    const { join, serve } = setUp();
    for (const id of ['a1', 'a2', 'b1', 'b2']) join(id);
    expect(await serve(1)).toEqual(['a1']);
    expect(await serve(1)).toEqual(['b1']);
    join('c1');
    expect(await serve(2)).toEqual(['a2', 'b2']);
  });

  it('lets one that does not fit hold up its own tenant alone', async () => {
    const { join, serve } = setUp();
    join('a1', 10);
    join('a2', 1);
    join('b1', 1);
    join('b2', 1);
    expect(await serve(5)).toEqual(['b1', 'b2']);
    expect(await serve(11)).toEqual(['a1', 'a2']);
  });

  it('gives the next room to one that was passed over more than 20 times', async () => {
    const { join, serve } = setUp();
    join('a1', 10);
    for (let count = 1; count <= 30; count += 1) join(`b${count}`);
    for (let count = 1; count <= 21; count += 1) expect(await serve(1)).toEqual([`b${count}`]);
    expect(await serve(9)).toEqual([]);
    expect(await serve(11)).toEqual(['a1', 'b22']);
  });

  it('counts those served in one go too', async () => {
    const { join, serve } = setUp();
    join('a1', 50);
    for (let count = 1; count <= 30; count += 1) join(`b${count}`);
    expect(await serve(40)).toHaveLength(21);
  });

  it('ends the wait of whoever is served in time, goes away or is too late, once each', async () => {
    const { clock, queue, join, serve, ended, left } = setUp();
    const caller = new AbortController();
    join('a1');
    join('a2', 1, caller.signal);
    join('a3');
    await serve(1);
    caller.abort('gone');
    await nextTurn();
    expect([ended, queue.size, left()]).toEqual([['a1 served', 'a2 gone'], 1, 1]);
    await clock.advance(1000);
    expect([ended, queue.size, left()]).toEqual([['a1 served', 'a2 gone', 'a3 late'], 0, 2]);
    expect(await serve(1)).toEqual([]);
  });

  it('forgets the turn of a tenant that has left', async () => {
    const { join, serve, clock } = setUp();
    join('a1');
    await clock.advance(1000);
    join('b1');
    join('a2');
    expect(await serve(2)).toEqual(['b1', 'a2']);
  });

  it('tells of nobody who was served that they left', async () => {
    const { clock, join, serve, left } = setUp();
    join('a1');
    const late = clock.advance(1000);
    await serve(1);
    await late;
    expect(left()).toBe(0);
  });

  it('leaves no timer and no listener behind', async () => {
    const { clock, queue, join, serve } = setUp();
    const caller = new AbortController();
    for (const id of ['a1', 'a2', 'b1']) join(id, 1, caller.signal);
    expect([clock.sleeping, queue.waitingMb]).toEqual([3, 3]);
    await serve(2);
    expect([clock.sleeping, queue.waitingMb, getEventListeners(caller.signal, 'abort').length]).toEqual([1, 1, 1]);
    await clock.advance(1000);
    expect([clock.sleeping, queue.waitingMb, getEventListeners(caller.signal, 'abort').length]).toEqual([0, 0, 0]);
  });

  it('takes in nobody who has gone already', async () => {
    const { queue, join, ended } = setUp();
    join('a1', 1, AbortSignal.abort('gone'));
    await nextTurn();
    expect([ended, queue.size]).toEqual([['a1 gone'], 0]);
  });

  it('is full for each tenant by itself', () => {
    const { queue, join } = setUp(2);
    for (const id of ['a1', 'a2', 'b1']) join(id);
    expect([queue.isFull('a'), queue.isFull('b'), queue.isFull('c')]).toEqual([true, false, false]);
  });
});
