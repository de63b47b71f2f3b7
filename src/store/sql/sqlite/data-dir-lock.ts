import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { SandboxError } from '../../../domain/errors.ts';

/**
 * One service per data directory. The lock is an exclusive SQLite transaction on a file of its own: the kernel drops it
 * with the process, however that ends. Throws `conflict` naming the holder's pid.
 */
export function lockDataDir(dataDir: string): { release(): void } {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const pidFile = join(dataDir, 'sandglass.pid');
  const lock = new Database(join(dataDir, 'lock.sqlite'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new SandboxError('conflict', `The data directory ${dataDir} is in use by process ${readPid(pidFile)}.`, {
      hint: 'Stop that service first, or give this one another SANDGLASS_DATA_DIR.',
      cause,
    });
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return { release: () => void lock.close() };
}

function readPid(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
