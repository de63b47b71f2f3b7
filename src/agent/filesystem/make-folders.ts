import { chown, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Account } from '../accounts.ts';
import { AgentError, errnoOf } from '../agent-error.ts';

/** Makes a directory and its parents, those that it makes owned by the user. False when it was there already. */
export async function makeFolders(path: string, owner: Account): Promise<boolean> {
  const first = await mkdir(path, { recursive: true, mode: 0o755 }).catch((error: unknown) => {
    if (!['EEXIST', 'ENOTDIR'].includes(errnoOf(error))) throw error;
    throw new AgentError('invalid_argument', `path '${path}', or a parent of it, is a file`, { cause: error });
  });
  if (first === undefined) return false;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    await chown(made, owner.uid, owner.gid);
    if (made === dirname(made)) break;
  }
  return true;
}
