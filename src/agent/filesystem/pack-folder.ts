import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import type { Accounts } from '../accounts.ts';
import { walk } from './walk.ts';

/**
 * Writes what lies in a directory (or one file) as a tar, names relative to it, streamed. Sockets, pipes and devices
 * are left out; a file that changes its length meanwhile is cut, or filled up with zeros.
 */
export async function packFolder(path: string, accounts: Accounts, to: Writable): Promise<void> {
  const archive = pack({ highWaterMark: 1024 * 1024 });
  const filled = fill(archive, await realpath(path), accounts).catch((error: unknown) => {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  await pipeline(archive, to);
  await filled;
}

type PackHeader = Parameters<Pack['entry']>[0];

async function fill(archive: Pack, root: string, accounts: Accounts): Promise<void> {
  if ((await lstat(root)).isDirectory()) {
    for await (const { path, relative } of walk(root, { depth: Number.POSITIVE_INFINITY })) {
      if (archive.destroyed) return;
      await add(archive, path, relative, accounts);
    }
  } else await add(archive, root, basename(root), accounts);
  archive.finalize();
}

async function add(archive: Pack, path: string, name: string, accounts: Accounts): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return;
  const header: PackHeader = {
    ...{ name, mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, mtime: stats.mtime },
    ...{ uname: accounts.nameOfUid(stats.uid), gname: accounts.nameOfGid(stats.gid) },
  };
  if (stats.isDirectory()) archive.entry({ ...header, type: 'directory' });
  else if (stats.isSymbolicLink()) archive.entry({ ...header, type: 'symlink', linkname: await readlink(path) });
  else if (stats.isFile()) await addFile(archive, path, header);
}

/** Up to here a file goes into the archive in one piece: ten times as fast where there are many. */
const SMALL_BYTES = 256 * 1024;

async function addFile(archive: Pack, path: string, header: PackHeader): Promise<void> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (file === undefined) return;
  try {
    const { size } = await file.stat();
    if (size <= SMALL_BYTES) return await addWhole(archive, header, await readWhole(file, size));
    const source = file.createReadStream({ highWaterMark: 512 * 1024, autoClose: false });
    await pipeline(exactly(source, size), archive.entry({ ...header, size, type: 'file' }));
  } finally {
    await file.close();
  }
}

async function readWhole(file: FileHandle, sizeBytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(sizeBytes);
  const { bytesRead } = sizeBytes === 0 ? { bytesRead: 0 } : await file.read(buffer, 0, sizeBytes, 0);
  return buffer.subarray(0, bytesRead);
}

/** Resolves when the archive takes more. */
function addWhole(archive: Pack, header: PackHeader, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.once('close', resolve);
    archive.entry({ ...header, type: 'file' }, bytes, (error) => {
      archive.off('close', resolve);
      if (error) reject(error);
      else resolve();
    });
  });
}

async function* exactly(source: AsyncIterable<Buffer>, sizeBytes: number): AsyncGenerator<Buffer> {
  let left = sizeBytes;
  for await (const chunk of source) {
    if (chunk.length >= left) {
      if (left > 0) yield chunk.subarray(0, left);
      return;
    }
    left -= chunk.length;
    yield chunk;
  }
  for (; left > 0; left -= Math.min(left, 65_536)) yield Buffer.alloc(Math.min(left, 65_536));
}
