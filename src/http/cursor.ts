import { invalidRequest } from '../domain/limits.ts';

/** What a cursor holds: numbers and texts, opaque to callers. */
export type CursorParts = readonly (string | number)[];

export function writeCursor(parts: CursorParts): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Throws `invalid_request` when it was not made by `writeCursor` with these kinds of parts. */
export function readCursor(cursor: string, kinds: readonly ('string' | 'number')[]): CursorParts {
  const parts = decoded(cursor);
  const fits =
    Array.isArray(parts) && parts.length === kinds.length && parts.every((part, i) => typeof part === kinds[i]);
  if (fits) return parts;
  throw invalidRequest([{ path: 'cursor', message: 'must be the nextCursor of the page before' }]);
}

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
