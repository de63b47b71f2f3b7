import { afterEach, describe, expect, it } from 'vitest';
import type { Log } from '../../../src/observe/logger.ts';
import { type DiskGuard, type DiskGuardDeps, diskGuard } from '../../../src/pool/disk-guard.ts';
import { nextTurn } from '../../support/capacity-room.ts';
import { countedClock } from '../../support/counted-clock.ts';

const MIB = 2 ** 20;

let guard: DiskGuard | undefined;
afterEach(() => guard?.close());

interface Stop {
  readonly id: string;
  readonly message: string;
  readonly isDone: () => void;
  readonly fails: (why: Error) => void;
}

/** A disk of 1000 MiB, looked at once. */
async function setUp(freeMb: number, change: Partial<DiskGuardDeps> = {}) {
  const clock = countedClock();
  const disk = { freeMb, written: [] as { id: string; bytes: number }[], rooms: 0 };
  const stops: Stop[] = [];
  const lines: string[] = [];
  const line = (level: string) => (fields: object) => void lines.push(`${level} ${'event' in fields && fields.event}`);
  const log: Log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  guard = diskGuard({
    clock,
    log,
    freeSpace: async () => ({ freeBytes: disk.freeMb * MIB, totalBytes: 1000 * MIB }),
    writtenBytes: async () => disk.written,
    stopForDisk: (id, message) =>
      new Promise((resolve, reject) => {
        stops.push({ id, message, isDone: resolve, fails: reject });
      }),
    onRoom() {
      disk.rooms += 1;
    },
    ...change,
  });
  await nextTurn();
  const look = async (nowFreeMb = disk.freeMb) => {
    disk.freeMb = nowFreeMb;
    await clock.advance(10_000);
  };
  return { clock, disk, stops, lines, look, guard };
}

const three = [
  { id: 'small', bytes: 20 * MIB },
  { id: 'large', bytes: 300 * MIB },
  { id: 'middle', bytes: 200 * MIB },
];

describe('the disk guard', () => {
  it('looks at once and says what it sees', async () => {
    const { guard, lines } = await setUp(500);
    expect([guard.isFull(), guard.status()]).toEqual([false, { freeMb: 500, totalMb: 1000, isGuarded: true }]);
    expect(lines).toEqual([]);
  });

  it('is full from below 10 % until above 12 %, and tells when there is room', async () => {
    const { guard, disk, look } = await setUp(100);
    const seen: boolean[] = [];
    for (const freeMb of [99, 100, 110, 120, 121, 110, 100, 99]) {
      await look(freeMb);
      seen.push(guard.isFull());
    }
    expect(seen).toEqual([true, true, true, true, false, false, false, true]);
    expect(disk.rooms).toBe(1);
  });

  it('stops the largest writer first, and the next when that is done', async () => {
    const { disk, stops, look, lines } = await setUp(500);
    disk.written = three;
    await look(99);
    await look();
    await look();
    expect(stops.map(({ id }) => id)).toEqual(['large']);
    expect(stops[0]?.message).toBe(
      'The disk of the engine was nearly full (9 % free), and this sandbox had written most (300 MiB).',
    );
    disk.written = three.filter(({ id }) => id !== 'large');
    stops[0]?.isDone();
    await nextTurn();
    expect(stops).toHaveLength(1);
    await look();
    expect(stops.map(({ id }) => id)).toEqual(['large', 'middle']);
    await look(500);
    expect(lines).toEqual(['warn disk.full', 'warn disk.full', 'info disk.room']);
  });

  it('stops nobody between 10 and 12 %', async () => {
    const { disk, guard, stops, look } = await setUp(50);
    disk.written = three;
    await look(110);
    expect([guard.isFull(), stops]).toEqual([true, []]);
  });

  it('stops nobody who has written less than 16 MiB, and says so once each time', async () => {
    const { disk, stops, look, lines } = await setUp(500);
    disk.written = [{ id: 'small', bytes: 16 * MIB - 1 }];
    await look(50);
    await look();
    expect(lines).toEqual(['warn disk.full']);
    await look(500);
    disk.written = [];
    await look(50);
    expect(lines).toEqual(['warn disk.full', 'info disk.room', 'warn disk.full']);
    expect(stops).toEqual([]);
  });

  it.each([undefined, { freeBytes: 0, totalBytes: 0 }])('guards nothing where it sees %j', async (space) => {
    const { guard, disk, stops } = await setUp(0, { freeSpace: async () => space });
    disk.written = three;
    expect([guard.isFull(), guard.status(), stops]).toEqual([false, null, []]);
  });

  it('tries again at the next look when one fails', async () => {
    const { disk, stops, look, lines } = await setUp(500);
    disk.written = three;
    await look(50);
    stops[0]?.fails(new Error('no'));
    await nextTurn();
    expect(lines).toEqual(['warn disk.full', 'warn disk.stop_failed']);
    await look();
    expect(stops.map(({ id }) => id)).toEqual(['large', 'large']);
  });

  it('goes on after a look that fails, and stays as it was', async () => {
    let isBroken = false;
    const { guard, look, lines } = await setUp(50, {
      freeSpace: async () => {
        if (isBroken) throw new Error('no');
        return { freeBytes: 50, totalBytes: 1000 };
      },
    });
    isBroken = true;
    await look();
    expect([guard.isFull(), lines.at(-1)]).toEqual([true, 'warn disk.look_failed']);
    await look();
    expect(lines.filter((line) => line === 'warn disk.look_failed')).toHaveLength(2);
  });

  it('sees that there is room again while a stop hangs', async () => {
    const { guard, disk, stops, look } = await setUp(500);
    disk.written = three;
    await look(50);
    await look(500);
    expect([stops.length, guard.isFull(), disk.rooms]).toEqual([1, false, 1]);
  });

  it('has the reserve of the database looked at each time, also where it sees nothing', async () => {
    let looks = 0;
    const reserve = {
      keep: async () => {
        looks += 1;
      },
    };
    const { look } = await setUp(0, { reserve, freeSpace: async () => undefined });
    await look();
    expect(looks).toBe(2);
  });

  it('ends when it is closed', async () => {
    const { clock, guard } = await setUp(500);
    await guard.close();
    await guard.close();
    expect(clock.sleeping).toBe(0);
  });
});
