import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Account } from '../accounts.ts';
import { AgentError, errnoOf } from '../agent-error.ts';
import { pathError } from './call-path.ts';
import { makeFolders } from './make-folders.ts';
import { temporaryName } from './temporary-name.ts';
import { type Metadata, writeMetadata } from './xattrs.ts';

export interface FileToWrite {
  /** Absolute. */
  readonly path: string;
  readonly owner: Account;
  readonly source: AsyncIterable<Buffer>;
  /** undefined = as it was, 0644 for a new file. */
  readonly mode?: number;
  /** Takes the place of all that the file carried. */
  readonly metadata?: Metadata;
  /** Writes the file that a link leads to (the default), or takes the link's place. */
  readonly followsLinks?: boolean;
}

/**
 * Writes a file whole or not at all: readers see the old bytes or the new ones, never a part; a source that breaks
 * leaves everything as it was. Parents are made, and the file is the owner's. Devices such as /dev/null, and files that
 * cannot be replaced (in /proc, or mounted into the sandbox one by one), are written in place. Other hard links of a
 * file keep its old bytes. Answers how many bytes were written.
 */
export async function writeFile(file: FileToWrite): Promise<number> {
  try {
    const path = file.followsLinks === false ? file.path : await finalPath(file.path);
    await makeFolders(dirname(path), file.owner);
    const there = await lstat(path).catch(() => undefined);
    requireWritable(file.path, there, file.followsLinks === false);
    return there?.isCharacterDevice() ? await writeInPlace(path, file) : await replace(path, there, file);
  } catch (error) {
    throw pathError(file.path, error);
  }
}

const MOST_LINKS = 40;

/** Where the bytes of a write go: through links, also those whose target is not there yet. */
async function finalPath(path: string): Promise<string> {
  let at = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const target = await readlink(at).catch(() => undefined);
    if (target === undefined) return at;
    at = resolve(await realpath(dirname(at)), target);
  }
  throw new AgentError('invalid_argument', `path '${path}' is a circle of links`);
}

function requireWritable(path: string, there: Stats | undefined, mayBeLink: boolean): void {
  if (there === undefined || there.isFile() || there.isCharacterDevice()) return;
  if (there.isSymbolicLink() && mayBeLink) return;
  const what = there.isDirectory() ? 'is a directory' : 'is not a regular file';
  throw new AgentError('invalid_argument', `path '${path}' ${what}`);
}

async function replace(path: string, there: Stats | undefined, file: FileToWrite): Promise<number> {
  const temporary = join(dirname(path), temporaryName());
  const handle = await open(temporary, 'wx+', 0o600).catch((error: unknown) => {
    if (there?.isFile() && ['EACCES', 'EPERM', 'ENOENT', 'EROFS', 'EINVAL'].includes(errnoOf(error))) return undefined;
    throw error;
  });
  if (handle === undefined) return writeInPlace(path, file);
  try {
    const bytes = await writeAll(handle, file.source);
    writeMetadata(temporary, file.metadata ?? {});
    await handle.chown(file.owner.uid, file.owner.gid);
    await handle.chmod(file.mode ?? (there?.isFile() ? there.mode & 0o777 : 0o644));
    await rename(temporary, path).catch(async (error: unknown) => {
      // A file that is itself a mount, as the engine makes /etc/hosts, cannot be replaced.
      if (errnoOf(error) !== 'EBUSY') throw error;
      await writeInPlace(path, { ...file, source: handle.createReadStream({ start: 0, autoClose: false }) });
      await rm(temporary);
    });
    return bytes;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function writeInPlace(path: string, { source, metadata }: FileToWrite): Promise<number> {
  const handle = await open(path, constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW);
  try {
    const bytes = await writeAll(handle, source);
    writeMetadata(path, metadata ?? {});
    return bytes;
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, source: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const chunk of source) {
    for (let offset = 0; offset < chunk.length; ) {
      const { bytesWritten } = await handle.write(chunk, offset, chunk.length - offset);
      offset += bytesWritten;
    }
    bytes += chunk.length;
  }
  return bytes;
}

/** What one append can hold: it is one write, so that nothing of another comes in between. */
export const LARGEST_APPEND_BYTES = 16 * 1024 * 1024;

/** Adds bytes at the end of a file, made when it is missing; appends at once never mix. */
export async function appendFile({ path: asked, owner, source, mode }: FileToWrite): Promise<number> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > LARGEST_APPEND_BYTES) {
      throw new AgentError('invalid_argument', 'An append holds at most 16 MiB.', { status: 413 });
    }
    chunks.push(chunk);
  }
  try {
    const path = await finalPath(asked);
    await makeFolders(dirname(path), owner);
    const there = await lstat(path).catch(() => undefined);
    requireWritable(asked, there, false);
    const handle = await open(path, 'a', 0o644);
    try {
      await handle.write(Buffer.concat(chunks));
      if (there === undefined) await handle.chown(owner.uid, owner.gid);
      if (mode !== undefined) await handle.chmod(mode);
    } finally {
      await handle.close();
    }
    return bytes;
  } catch (error) {
    throw pathError(asked, error);
  }
}
