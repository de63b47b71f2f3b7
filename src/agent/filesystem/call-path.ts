import { normalize } from 'node:path';
import type { Account } from '../accounts.ts';
import { AgentError, errnoOf } from '../agent-error.ts';
import { expand } from '../process/spawn-as.ts';
import { homeOf, type Session } from '../session.ts';

/**
 * The absolute path that a caller means: empty is where the user's processes begin, `~` and relative paths are in the
 * user's home. Throws `invalid_argument` for what no path can be.
 */
export function callPath(path: string, user: Account, session: Session): string {
  if (path.includes('\0')) throw new AgentError('invalid_argument', 'A path cannot contain a NUL character.');
  const absolute = normalize(path === '' ? homeOf(user, session) : expand(path, user));
  return absolute.length > 1 && absolute.endsWith('/') ? absolute.slice(0, -1) : absolute;
}

export function missing(path: string): AgentError {
  return new AgentError('not_found', `path '${path}' does not exist`);
}

/** Runs a system call on a path; what is not there is told in the words that clients of envd know. */
export async function onPath<T>(path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw pathError(path, error);
  }
}

export function pathError(path: string, error: unknown): unknown {
  switch (errnoOf(error)) {
    case 'ENOENT':
      return missing(path);
    case 'ENOSPC':
    case 'EDQUOT':
      return new AgentError('resource_exhausted', 'not enough disk space available', { cause: error });
    default:
      return error;
  }
}
