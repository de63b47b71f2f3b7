import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import type { AgentFileEntry } from '../../contract/agent.ts';
import type { Accounts } from '../accounts.ts';

/** One entry as our own API tells it: a link is a link. Rejects with ENOENT when there is nothing at the path. */
export async function fileEntry(path: string, accounts: Accounts): Promise<AgentFileEntry> {
  const stats = await lstat(path);
  const target = stats.isSymbolicLink() ? { symlinkTarget: await readlink(path) } : {};
  return {
    name: basename(path) || '/',
    path,
    type: typeOf(stats),
    size: stats.size,
    mode: (stats.mode & 0o7777).toString(8).padStart(4, '0'),
    modifiedAt: stats.mtime.toISOString(),
    owner: accounts.nameOfUid(stats.uid),
    group: accounts.nameOfGid(stats.gid),
    ...target,
  };
}

function typeOf(stats: Stats): AgentFileEntry['type'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}
