import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openInstallation } from '../../compose/installation.ts';
import type { Config } from '../../config.ts';
import { type Check, fail, ok } from './doctor-check.ts';

/** First bytes of every database (sqlite.org/fileformat.html). */
const MAGIC = 'SQLite format 3\0';
const MIB = 1024 * 1024;

/** Looks at the file and never opens it as a database: that would bring its schema up to date under a running service. */
export function checkDatabase(config: Config): readonly Check[] {
  const given = config.SANDGLASS_DATABASE_URL?.replace(/^sqlite:(\/\/)?/, '');
  return [checkSqlite(config), checkFile(resolve(given ?? join(config.SANDGLASS_DATA_DIR, 'sandglass.sqlite')))];
}

/** SQLite itself and all migrations, on a database that is thrown away. */
function checkSqlite(config: Config): Check {
  const folder = mkdtempSync(join(tmpdir(), 'sandglass-doctor-'));
  try {
    const { connection } = openInstallation({ ...config, SANDGLASS_DATA_DIR: folder, SANDGLASS_DATABASE_URL: null });
    connection.ping();
    connection.close();
    return ok('sqlite', 'a new database can be made');
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return fail('sqlite', words, 'Run npm ci with the Node.js that runs the service.');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkFile(file: string): Check {
  if (!existsSync(file)) return ok('database', `${file} is made by the first start`);
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch {
    return fail('database', `${file} cannot be written`, 'Give it to the user that runs the service.');
  }
  if (firstBytes(file, MAGIC.length) === MAGIC) {
    return ok('database', `${file}, ${(statSync(file).size / MIB).toFixed(1)} MiB`);
  }
  return fail('database', `${file} is no SQLite database`, 'Restore it from a backup (docs/operations.md).');
}

function firstBytes(file: string, count: number): string {
  const bytes = Buffer.alloc(count);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, bytes, 0, count, 0);
    return bytes.toString('latin1');
  } finally {
    closeSync(descriptor);
  }
}
