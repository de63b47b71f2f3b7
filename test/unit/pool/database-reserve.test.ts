import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/observe/logger.ts';
import { databaseReserve } from '../../../src/pool/database-reserve.ts';

const MIB = 2 ** 20;
const MADE = 'the reserve for the database was made';
const GIVEN_UP = 'the reserve for the database was given up';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sandglass-reserve-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function setUp(freeMb = 10_000, totalMb = 20_000) {
  const disk = { freeMb, totalMb };
  const lines: string[] = [];
  const note = (_fields: object, message: string) => void lines.push(message);
  const reserve = databaseReserve({
    dataDir,
    log: { ...silentLog, debug: note, warn: note },
    freeSpace: async () => ({ freeBytes: disk.freeMb * MIB, totalBytes: disk.totalMb * MIB }),
  });
  const keep = async (nowFreeMb = disk.freeMb) => {
    disk.freeMb = nowFreeMb;
    await reserve.keep();
    return sizeMb();
  };
  return { reserve, keep, lines };
}

const path = () => join(dataDir, 'disk-reserve');

/** What it really takes; 0 = it is not there. */
function sizeMb(): number {
  const found = statSync(path(), { throwIfNoEntry: false });
  return found === undefined ? 0 : Math.floor((found.blocks * 512) / MIB);
}

describe('the reserve for the database', () => {
  it('takes 64 MiB of real blocks, readable for nobody else', async () => {
    const { keep } = setUp();
    expect(await keep()).toBe(64);
    expect([statSync(path()).size, statSync(path()).mode & 0o777]).toEqual([64 * MIB, 0o600]);
  });

  it('is made a piece at a time, and lets others have their turn between', async () => {
    let isMade = false;
    let turns = 0;
    const made = setUp()
      .keep()
      .finally(() => {
        isMade = true;
      });
    for (; !isMade; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(await made).toBe(64);
    expect(turns).toBeGreaterThan(64);
  });

  it.each([
    ['256 MiB', 64 + 255, 1000],
    ['a tenth of the disk', 64 + 999, 10_000],
  ])('is not made when less than %s would be left', async (_what, freeMb, totalMb) => {
    const { keep } = setUp(freeMb, totalMb);
    expect(await keep()).toBe(0);
    expect(await keep(freeMb + 1)).toBe(64);
  });

  it('is given up below 64 MiB, and made again when there is room', async () => {
    const { keep, lines } = setUp();
    await keep();
    expect(await keep(64)).toBe(64);
    expect(await keep(63)).toBe(0);
    expect(await keep(127)).toBe(0);
    expect(await keep(10_000)).toBe(64);
    expect(lines).toEqual([MADE, GIVEN_UP, MADE]);
  });

  it('is given up when told, also while it is being made', async () => {
    const { reserve, keep, lines } = setUp();
    await keep();
    await reserve.giveUp();
    expect(sizeMb()).toBe(0);
    const made = keep();
    while (sizeMb() < 2) await new Promise((resolve) => setImmediate(resolve));
    await reserve.giveUp();
    await made;
    expect([sizeMb(), lines]).toEqual([0, [MADE, GIVEN_UP, GIVEN_UP]]);
  });

  it.each(['half a one', 'a sparse one'])('is made whole again where %s was left', async (what) => {
    writeFileSync(path(), new Uint8Array(32 * MIB));
    if (what === 'a sparse one') truncateSync(path(), 64 * MIB);
    expect(await setUp().keep()).toBe(64);
  });

  it('is one, however often it is asked for at once', async () => {
    const { reserve, lines } = setUp();
    await Promise.all([reserve.keep(), reserve.keep(), reserve.keep()]);
    expect([sizeMb(), lines]).toEqual([64, [MADE]]);
  });

  it('throws nothing where there is no such folder, and leaves the disk alone for a while', async () => {
    const { reserve, keep, lines } = setUp();
    rmSync(dataDir, { recursive: true });
    await keep();
    await keep();
    await reserve.giveUp();
    expect(lines).toEqual(['no reserve for the database was made']);
  });

  it('asks the file system of the folder where nothing else is said', async () => {
    const lines: string[] = [];
    const log = { ...silentLog, warn: (_fields: object, message: string) => void lines.push(message) };
    await databaseReserve({ dataDir, log }).keep();
    expect(lines).toEqual([]);
  });
});
