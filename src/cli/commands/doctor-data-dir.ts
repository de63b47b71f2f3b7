import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Check, fail, ok, warn } from './doctor-check.ts';

const LEAST_FREE_BYTES = 256 * 1024 * 1024;
const MIB = 1024 * 1024;

export function checkDataDir(dataDir: string): readonly Check[] {
  const folder = resolve(dataDir);
  const present = nearestPresent(folder);
  return [checkWritable(folder, present), checkMode(folder), checkFreeSpace(present)];
}

function checkWritable(folder: string, present: string): Check {
  try {
    accessSync(present, constants.W_OK | constants.X_OK);
  } catch {
    return fail('data directory', `${present} cannot be written`, 'Give it to this user, or set SANDGLASS_DATA_DIR.');
  }
  if (!statSync(present).isDirectory()) {
    return fail('data directory', `${present} is no folder`, 'Set SANDGLASS_DATA_DIR to a folder.');
  }
  return ok('data directory', present === folder ? `${folder} can be written` : `${folder} is made by the first start`);
}

/** Whoever reads the folder reads keys and environments. */
function checkMode(folder: string): Check {
  const mode = existsSync(folder) ? statSync(folder).mode & 0o777 : 0o700;
  if ((mode & 0o077) === 0) return ok('data privacy', 'nobody else may enter the data directory');
  return warn(
    'data privacy',
    `other users may enter the data directory (mode ${mode.toString(8)})`,
    `chmod 700 ${folder}`,
  );
}

function checkFreeSpace(present: string): Check {
  const { bavail, bsize, blocks } = statfsSync(present);
  const freeBytes = bavail * bsize;
  const found = `${Math.floor(freeBytes / MIB)} MiB free (${Math.floor((100 * bavail) / Math.max(1, blocks))} %)`;
  if (freeBytes >= LEAST_FREE_BYTES) return ok('data space', found);
  return fail('data space', found, `Free at least ${LEAST_FREE_BYTES / MIB} MiB under the data directory.`);
}

/** The process that holds the data directory; undefined when nobody does. */
export function lockHolder(dataDir: string): number | undefined {
  if (!existsSync(dataDir)) return undefined;
  const folder = realpathSync(dataDir);
  const pid = recordedPid(join(folder, 'sandglass.pid'));
  return pid !== undefined && holds(pid, join(folder, 'lock.sqlite')) ? pid : undefined;
}

export function checkLock(holder: number | undefined): Check {
  return ok('data lock', holder === undefined ? 'no service runs on it' : `a service runs on it: process ${holder}`);
}

function recordedPid(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** A pid may be somebody else's by now: on Linux the open files tell, elsewhere being alive must do. */
function holds(pid: number, lockFile: string): boolean {
  const openFiles = `/proc/${pid}/fd`;
  try {
    if (!existsSync('/proc/self/fd')) return process.kill(pid, 0);
    return readdirSync(openFiles).some((name) => linkTarget(join(openFiles, name)) === lockFile);
  } catch {
    return false;
  }
}

function linkTarget(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined; // closed between the list and the look
  }
}

function nearestPresent(folder: string): string {
  return existsSync(folder) ? folder : nearestPresent(dirname(folder));
}
