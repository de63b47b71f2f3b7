import { randomBytes } from 'node:crypto';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage } from '../domain/errors.ts';
import type { Log } from '../observe/logger.ts';
import type { FreeSpace } from './disk-guard.ts';

export interface DatabaseReserveDeps {
  readonly dataDir: string;
  readonly log: Log;
  /** Of the data directory; asked of the file system where it is not given. */
  readonly freeSpace?: () => Promise<FreeSpace>;
}

/** Space that the service keeps for its own database while sandboxes fill the disk. Nothing here throws. */
export interface DatabaseReserve {
  /** Makes it, or gives it up, as the free space of the data directory asks. Calls at once are one. */
  keep(): Promise<void>;
  /** Gives it up at once. */
  giveUp(): Promise<void>;
}

const MIB = 2 ** 20;
const RESERVE_BYTES = 64 * MIB;
const GIVEN_UP_BELOW_BYTES = 64 * MIB;
/** As much is left free beside it, and a tenth of the disk. */
const LEFT_FREE_BYTES = 256 * MIB;
const LEFT_FREE_SHARE = 0.1;
const CHUNK_BYTES = MIB;
/** After a failure: a disk that says it has space and has none is not written to on every look. */
const LOOKS_TO_LEAVE_OUT = 60;

export function databaseReserve({ dataDir, log, freeSpace }: DatabaseReserveDeps): DatabaseReserve {
  const path = join(dataDir, 'disk-reserve');
  const space = freeSpace ?? (() => freeSpaceOf(dataDir));
  let making = new AbortController();
  let looksLeftOut = 0;
  let look: Promise<void> | undefined;

  const giveUp = async (why: string) => {
    making.abort();
    try {
      if (!(await isThere(path, 0))) return;
      await rm(path, { force: true });
      log.warn({ event: 'disk_reserve.given_up', why }, 'the reserve for the database was given up');
    } catch (error) {
      log.error({ event: 'disk_reserve.failed', error: errorMessage(error) }, 'the reserve could not be given up');
    }
  };
  const make = async () => {
    making = new AbortController();
    try {
      await writeBlocks(path, making.signal);
      log.debug({ event: 'disk_reserve.made' }, 'the reserve for the database was made');
    } catch (error) {
      await rm(path, { force: true }).catch(() => undefined);
      if (making.signal.aborted) return;
      looksLeftOut = LOOKS_TO_LEAVE_OUT;
      log.warn({ event: 'disk_reserve.failed', error: errorMessage(error) }, 'no reserve for the database was made');
    }
  };
  const lookAtSpace = async () => {
    try {
      const { freeBytes, totalBytes } = await space();
      if (freeBytes < GIVEN_UP_BELOW_BYTES) return await giveUp('the data directory is nearly full');
      if (looksLeftOut > 0) {
        looksLeftOut -= 1;
        return;
      }
      const leftBytes = freeBytes - RESERVE_BYTES;
      const isRoomy = leftBytes >= LEFT_FREE_BYTES && leftBytes >= totalBytes * LEFT_FREE_SHARE;
      if (isRoomy && !(await isThere(path, RESERVE_BYTES))) await make();
    } catch (error) {
      log.warn({ event: 'disk_reserve.failed', error: errorMessage(error) }, 'the data directory was not looked at');
    }
  };
  return {
    keep() {
      look ??= lookAtSpace().finally(() => {
        look = undefined;
      });
      return look;
    },
    giveUp: () => giveUp('it was needed'),
  };
}

/** With so many bytes, and blocks for them: a sparse file reserves nothing. */
async function isThere(path: string, bytes: number): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return found !== undefined && found.size >= bytes && found.blocks * 512 >= bytes;
}

/** Random bytes, since some file systems store zeros as nothing. Each chunk reaches the disk by itself: a commit waits for one at most. */
async function writeBlocks(path: string, signal: AbortSignal): Promise<void> {
  const chunk = randomBytes(CHUNK_BYTES);
  const file = await open(path, 'w', 0o600);
  try {
    for (let written = 0; written < RESERVE_BYTES; written += CHUNK_BYTES) {
      signal.throwIfAborted();
      await file.writeFile(chunk);
      await file.datasync();
    }
  } finally {
    await file.close();
  }
  signal.throwIfAborted();
}

async function freeSpaceOf(path: string): Promise<FreeSpace> {
  const { bavail, blocks, bsize } = await statfs(path);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
