import { describe, expect, it } from 'vitest';
import { isSandboxError } from '../../../src/domain/errors.ts';
import type { AdmissionWait } from '../../../src/ports/capacity.ts';
import { type CapacityRoom, capacityRoom, nextTurn } from '../../support/capacity-room.ts';

const AT_ONCE = { waitMs: 0 };
const PATIENT = { waitMs: 5000 };

/** `admitted`, or why not. */
async function ask({ subject }: CapacityRoom, id: string, memoryMb: number, wait: AdmissionWait = AT_ONCE) {
  try {
    await subject.admit({ sandboxId: id, tenant: id.charAt(0), memoryMb }, wait);
    return 'admitted';
  } catch (error) {
    return isSandboxError(error, 'capacity_exhausted') ? error.details['reason'] : error;
  }
}

/** Those that have ended by now, in the order of ending. */
function log() {
  const ended: string[] = [];
  return { ended, note: (name: string) => (how: unknown) => void ended.push(`${name} ${how}`) };
}

describe('admission', () => {
  it('goes up to the limit and not beyond', async () => {
    const at = capacityRoom({ overcommit: 4 });
    expect(await ask(at, 'a1', 3500)).toBe('admitted');
    expect(await ask(at, 'a2', 501)).toBe('memory_reserved');
    expect(await ask(at, 'a3', 500)).toBe('admitted');
    expect(at.subject.status()).toMatchObject({ reservedMb: 4000, waiting: 0, refuses: 'memory_reserved' });
  });

  it('starts no timer where it fits at once', async () => {
    const at = capacityRoom();
    await ask(at, 'a1', 512, PATIENT);
    expect([at.clock.sleeping, at.room.hurried, at.room.evictionsAsked]).toEqual([0, 0, []]);
  });

  it('counts a claimed slot once', async () => {
    const at = capacityRoom();
    at.follow('a1', 'warm');
    expect(await ask(at, 'a1', 1000)).toBe('admitted');
    at.follow('a1', 'pending', 1000);
    expect(at.subject.status().reservedMb).toBe(1000);
  });

  it('lets everything in while the engine is not known', async () => {
    const at = capacityRoom();
    at.room.memoryMb = null;
    expect(await ask(at, 'a1', 1_000_000)).toBe('admitted');
  });

  it('says in plain words what is reserved, what the limit is and what to do', async () => {
    const at = capacityRoom();
    await ask(at, 'a1', 900);
    const refused = at.subject.admit({ sandboxId: 'a2', tenant: 'a', memoryMb: 512 }, AT_ONCE);
    await expect(refused).rejects.toMatchObject({
      code: 'capacity_exhausted',
      message: 'There is no room for a sandbox of 512 MiB: 900 of 1000 MiB are reserved.',
      hint: 'Try again in some seconds, stop sandboxes that are not needed, or ask for less memory.',
      details: { reason: 'memory_reserved', retryAfterSeconds: 5, reservedMb: 900, limitMb: 1000, waiting: 0 },
    });
  });

  it('lets nobody wait for what can never fit', async () => {
    const at = capacityRoom();
    expect(await ask(at, 'a1', 1001, PATIENT)).toBe('memory_reserved');
  });

  it.each(['release', 'stop', 'delete'] as const)('wakes whoever waits at a %s', async (how) => {
    const at = capacityRoom();
    await ask(at, 'a1', 1000);
    if (how !== 'release') at.follow('a1', 'running', 1000);
    const waiting = ask(at, 'a2', 1000, PATIENT);
    await nextTurn();
    if (how === 'release') at.subject.release('a1');
    else at.follow('a1', how === 'stop' ? 'stopped' : 'deleted');
    expect(await waiting).toBe('admitted');
    expect(at.subject.status().reservedMb).toBe(1000);
  });

  it('refuses at the end of the time, and wakes who stood behind', async () => {
    const at = capacityRoom();
    const { ended, note } = log();
    await ask(at, 'a1', 900);
    void ask(at, 'b1', 500, PATIENT).then(note('b1'));
    void ask(at, 'b2', 100, { waitMs: 10_000 }).then(note('b2'));
    await at.clock.advance(4999);
    expect(ended).toEqual([]);
    await at.clock.advance(1);
    expect(ended.sort()).toEqual(['b1 memory_reserved', 'b2 admitted']);
  });

  it('holds nothing for a caller that went away, and wakes who stood behind', async () => {
    const at = capacityRoom();
    await ask(at, 'a1', 900);
    const caller = new AbortController();
    const gone = ask(at, 'b1', 500, { ...PATIENT, signal: caller.signal });
    const behind = ask(at, 'b2', 100, PATIENT);
    await nextTurn();
    caller.abort('gone');
    expect([await gone, await behind]).toEqual(['gone', 'admitted']);
    expect(at.subject.status()).toMatchObject({ reservedMb: 1000, waiting: 0 });
  });

  it('refuses the one too many of a tenant at once', async () => {
    const at = capacityRoom();
    await ask(at, 'a0', 1000);
    for (let count = 1; count <= 100; count += 1) void ask(at, `b${count}`, 10, PATIENT);
    expect(await ask(at, 'b101', 10, PATIENT)).toBe('queue_full');
    expect(at.subject.status().waiting).toBe(100);
  });

  it('lets no small newcomer pass a large one for ever', async () => {
    const at = capacityRoom();
    await ask(at, 'z1', 900);
    const large = ask(at, 'a1', 500, PATIENT);
    for (let count = 1; count <= 21; count += 1) {
      expect(await ask(at, `b${count}`, 100)).toBe('admitted');
      at.subject.release(`b${count}`);
    }
    expect(await ask(at, 'b22', 100)).toBe('memory_reserved');
    at.subject.release('z1');
    expect(await large).toBe('admitted');
  });
});

describe('measured memory and the disk', () => {
  it('hold starts back, and let them go when they are better', async () => {
    const at = capacityRoom();
    at.room.pressure = 0.95;
    expect(await ask(at, 'a1', 10)).toBe('memory_pressure');
    at.room.isDiskFull = true;
    expect(await ask(at, 'a1', 10)).toBe('disk_full');
    expect(at.subject.status().refuses).toBe('disk_full');
    const waiting = ask(at, 'a1', 10, PATIENT);
    at.room.pressure = 0.94;
    at.room.isDiskFull = false;
    at.subject.roomMayHaveAppeared();
    expect(await waiting).toBe('admitted');
  });

  it('are asked again every second while somebody waits, and not after', async () => {
    const at = capacityRoom();
    at.room.pressure = 0.99;
    const waiting = ask(at, 'a1', 10, PATIENT);
    await nextTurn();
    await at.clock.advance(1000);
    expect(at.room.hurried).toBe(2);
    at.room.pressure = 0.5;
    await at.clock.advance(1000);
    expect(await waiting).toBe('admitted');
    expect([at.room.hurried, at.clock.sleeping]).toEqual([2, 0]);
  });

  it('keep waiting those that wait when asking for a look fails', async () => {
    const at = capacityRoom({
      hurry() {
        throw new Error('no');
      },
    });
    at.room.pressure = 0.99;
    const waiting = ask(at, 'a1', 10, PATIENT);
    await at.clock.advance(1000);
    at.room.pressure = 0.5;
    await at.clock.advance(1000);
    expect(await waiting).toBe('admitted');
  });
});

describe('eviction of slots', () => {
  function full(slots: number) {
    const at = capacityRoom();
    for (let count = 0; count < slots; count += 1) {
      at.follow(`slot${count}`, 'warm');
      at.room.idle.push(`slot${count}`);
    }
    return at;
  }

  it('makes room for a start, which has it when the rows have left', async () => {
    const at = full(10);
    const waiting = ask(at, 'a1', 500, PATIENT);
    expect([at.room.evictionsAsked, at.room.closing.length]).toEqual([[140], 3]);
    const { ended, note } = log();
    void waiting.then(note('a1'));
    at.follow('slot0', 'deleting');
    at.follow('slot1', 'deleting');
    await nextTurn();
    expect(ended).toEqual([]);
    at.follow('slot2', 'deleting');
    expect(await waiting).toBe('admitted');
    expect(at.room.idle).toHaveLength(7);
  });

  it('is asked for all who wait, and for no slot twice', async () => {
    const at = full(10);
    void ask(at, 'a1', 500, PATIENT);
    void ask(at, 'b1', 300, PATIENT);
    await at.clock.advance(1000);
    // 640 + 500 - 1000 = 140; with 300 more 440, of which 192 are on their way.
    expect(at.room.evictionsAsked).toEqual([140, 248]);
    expect(at.room.closing).toHaveLength(7);
  });

  it('does not count on what has been given back already', async () => {
    const at = full(10);
    const first = ask(at, 'a1', 500, PATIENT);
    for (const id of at.room.closing) at.follow(id, 'deleting');
    expect(await first).toBe('admitted');
    void ask(at, 'b1', 500, PATIENT);
    expect(at.room.evictionsAsked).toEqual([140, 448]);
  });

  it('does not count for ever on a slot that does not go', async () => {
    const at = full(10);
    void ask(at, 'a1', 500, { waitMs: 60_000 });
    await at.clock.advance(9999);
    expect(at.room.evictionsAsked).toEqual([140]);
    await at.clock.advance(1001);
    expect(at.room.evictionsAsked).toEqual([140, 140]);
  });

  it('is asked by those that do not wait too', async () => {
    const at = full(15);
    expect(await ask(at, 'a1', 500)).toBe('memory_reserved');
    for (const id of at.room.closing) at.follow(id, 'deleted');
    expect(await ask(at, 'a1', 500)).toBe('admitted');
  });

  it('may give back at once', async () => {
    const at = capacityRoom({
      evictSlots() {
        at.follow('slot', 'deleted');
        return 0;
      },
    });
    at.follow('slot', 'warm');
    expect(await ask(at, 'a1', 1000)).toBe('admitted');
  });

  it('that fails makes a start wait, not fail', async () => {
    const at = capacityRoom({
      evictSlots() {
        throw new Error('no');
      },
    });
    await ask(at, 'a1', 1000);
    const waiting = ask(at, 'a2', 1000, PATIENT);
    await nextTurn();
    at.subject.release('a1');
    expect(await waiting).toBe('admitted');
  });
});
