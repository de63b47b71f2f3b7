import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const USUAL_FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin'];

/** Where a redis-server is looked for: the folders of `PATH`, then the usual ones. */
export function redisServerFolders(searchPath = process.env['PATH'] ?? ''): readonly string[] {
  return [...searchPath.split(delimiter).filter((folder) => folder.startsWith('/')), ...USUAL_FOLDERS];
}

/** The first executable redis-server in `folders`; undefined when there is none. */
export async function findRedisServer(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, 'redis-server');
    if (await isExecutableFile(path)) return path;
  }
  return undefined;
}

async function isExecutableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
