import { isSandboxError, SandboxError } from '../../../domain/errors.ts';

const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/^SQLITE_FULL/, 'The disk of the database is full.'],
  [/^SQLITE_BUSY|^SQLITE_LOCKED/, 'The database is locked by another process.'],
  [/^SQLITE_READONLY/, 'The database is read-only.'],
  [/^SQLITE_/, 'The database did not answer.'],
];

/** Runs one piece of work on the database; what SQLite refuses becomes `storage_unavailable`. */
export function onStorage<T>(work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(storageError(error));
  }
}

function storageError(error: unknown): unknown {
  if (isSandboxError(error)) return error;
  const code = sqliteCode(error);
  const known = MESSAGES.find(([pattern]) => pattern.test(code));
  if (known === undefined) return error;
  return new SandboxError('storage_unavailable', known[1], {
    hint: 'Nothing was changed. Free space on the data directory or look at the service log, then try again.',
    cause: error,
  });
}

/** drizzle wraps what the driver throws: the driver's code is on the error or on its cause. */
function sqliteCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && at.code.startsWith('SQLITE_')) return at.code;
  }
  return '';
}
