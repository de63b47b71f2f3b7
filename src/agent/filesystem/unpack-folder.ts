import { chmod, chown, lchown, link, lstat, mkdir, realpath, rename, rm, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Extract, extract, type Header } from 'tar-stream';
import type { AgentUnpacked } from '../../contract/agent.ts';
import type { Account } from '../accounts.ts';
import { AgentError } from '../agent-error.ts';
import { pathError } from './call-path.ts';
import { makeFolders } from './make-folders.ts';
import { temporaryName } from './temporary-name.ts';
import { writeFile } from './write-file.ts';

/**
 * Unpacks a tar into a directory, made when it is missing; all of it belongs to the user. Nothing is written outside:
 * names that are absolute or climb, links that lead out, names below a link, and devices are refused with
 * `invalid_argument`; what came before them stays.
 */
export async function unpackFolder(path: string, owner: Account, tar: AsyncIterable<Buffer>): Promise<AgentUnpacked> {
  await makeFolders(path, owner);
  const target: Target = { root: await realpath(path), owner };
  const archive = extract();
  const reading = pipeline(tar, archive).catch((error: unknown) => {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  let entries = 0;
  let bytes = 0;
  try {
    for await (const entry of archive) {
      bytes += await unpack(target, entry);
      entries++;
    }
  } catch (error) {
    throw archiveError(path, error);
  } finally {
    archive.destroy();
    await reading;
  }
  return { entries, bytes };
}

type Entry = Extract extends AsyncIterable<infer One> ? One : never;

interface Target {
  /** Without links. */
  readonly root: string;
  readonly owner: Account;
}

async function unpack(target: Target, entry: Entry): Promise<number> {
  const { header } = entry;
  const parts = partsOf(header.name);
  const path = join(target.root, ...parts);
  if (header.type !== 'file' && header.type !== 'contiguous-file') entry.resume();
  if (parts.length === 0) {
    if (header.type === 'directory') return 0;
    throw refused(header.name, 'has no name');
  }
  await makeParents(target, parts, header.name);
  switch (header.type) {
    case 'directory':
      return await unpackFolderEntry(target, path, header);
    case 'symlink':
      return await unpackLink(target, parts, header);
    case 'link':
      return await unpackHardLink(target, path, header);
    case 'file':
    case 'contiguous-file':
      return await unpackFile(target, path, entry);
    default:
      throw refused(header.name, `is a ${header.type}`);
  }
}

/** The parts of a name, from the directory on. */
function partsOf(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/')) throw refused(name, 'is absolute');
  if (parts.includes('..')) throw refused(name, 'climbs out');
  if (name.includes('\0')) throw refused(name, 'has a NUL character');
  return parts;
}

/** All but the last part are directories, and not by way of a link. */
async function makeParents({ root, owner }: Target, parts: readonly string[], name: string): Promise<void> {
  for (let count = 1; count < parts.length; count++) {
    const parent = join(root, ...parts.slice(0, count));
    const there = await lstat(parent).catch(() => undefined);
    if (there === undefined) await makeFolders(parent, owner);
    else if (!there.isDirectory()) throw refused(name, 'lies below a link or a file');
  }
}

async function unpackFolderEntry({ owner }: Target, path: string, { name, mode }: Header): Promise<number> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) await mkdir(path);
  else if (!there.isDirectory()) throw refused(name, 'is a directory where there is none');
  await chown(path, owner.uid, owner.gid);
  await chmod(path, mode & 0o777);
  return 0;
}

async function unpackFile({ owner }: Target, path: string, entry: Entry): Promise<number> {
  const { mode, mtime } = entry.header;
  const bytes = await writeFile({ path, owner, source: bytesOf(entry), followsLinks: false, mode: mode & 0o777 });
  await utimes(path, mtime, mtime);
  return bytes;
}

/**
 * A link may climb at its beginning only, and not above the directory: since no name is ever written below a link,
 * every directory on its way up is a real one, and it cannot lead out.
 */
async function unpackLink({ root, owner }: Target, parts: readonly string[], header: Header): Promise<number> {
  const to = header.linkname ?? '';
  const steps = to.split('/').filter((part) => part !== '' && part !== '.');
  const climbs = steps.findIndex((step) => step !== '..');
  const up = climbs === -1 ? steps.length : climbs;
  const isInside = to !== '' && !to.startsWith('/') && up < parts.length && !steps.slice(up).includes('..');
  if (!isInside) throw refused(header.name, `is a link that leads out, to '${to}'`);
  await place(join(root, ...parts), header.name, async (temporary) => {
    await symlink(to, temporary);
    await lchown(temporary, owner.uid, owner.gid);
  });
  return 0;
}

async function unpackHardLink(target: Target, path: string, { name, linkname }: Header): Promise<number> {
  const parts = partsOf(linkname ?? '');
  const from = join(target.root, ...parts);
  for (let count = 1; count < parts.length; count++) {
    const parent = await lstat(join(target.root, ...parts.slice(0, count)));
    if (!parent.isDirectory()) throw refused(name, 'is a hard link by way of a link');
  }
  const there = await lstat(from).catch(() => undefined);
  if (!there?.isFile()) throw refused(name, `is a hard link to '${linkname}', which is not a file of it`);
  await place(path, name, (temporary) => link(from, temporary));
  return 0;
}

/** Puts something at a path in one step, over a file or a link, never over a directory. */
async function place(path: string, name: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there?.isDirectory()) throw refused(name, 'is a directory already');
  const temporary = join(dirname(path), temporaryName());
  try {
    await make(temporary);
    await rename(temporary, path);
  } finally {
    // Two names of one file: then rename does nothing, and leaves both.
    await rm(temporary, { force: true });
  }
}

function refused(name: string, why: string): AgentError {
  return new AgentError('invalid_argument', `The archive is refused: '${name.slice(0, 200)}' ${why}.`);
}

function archiveError(path: string, error: unknown): unknown {
  if (error instanceof Error && !('code' in error) && /tar|header|end of data/i.test(error.message)) {
    return new AgentError('invalid_argument', `The body is not a tar archive: ${error.message}.`, { cause: error });
  }
  return pathError(path, error);
}

function bytesOf(entry: Entry): AsyncIterable<Buffer> {
  // Its types leave open what it hands out: the archive is fed with buffers and cuts them.
  return entry as AsyncIterable<unknown> as AsyncIterable<Buffer>;
}
