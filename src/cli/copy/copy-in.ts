import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, posix, relative, resolve } from 'node:path';
import { pack } from 'tar-fs';
import { type Sandbox, SandglassError } from '../../sdk/index.ts';
import type { Output } from '../output.ts';
import { byteStream } from './byte-stream.ts';
import type { Copied, CopyOptions } from './copied.ts';
import { type CopyProgress, copyProgress } from './copy-progress.ts';

/** A tar has a head for each entry, and whole blocks. */
const BLOCK_BYTES = 512;

/** Copies a file or a folder of this machine to a path in the sandbox: into it where that is a folder already. */
export async function copyIn(
  output: Output,
  { sandbox, from, to }: { readonly sandbox: Sandbox; readonly from: string; readonly to: string },
  options: CopyOptions,
): Promise<Copied> {
  const source = await stat(from).catch((cause: unknown) => {
    throw new SandglassError('invalid_request', `${from} cannot be read.`, { hint: 'Is it there?', cause });
  });
  const name = basename(resolve(from));
  const isInto = to.endsWith('/') || (await isFolder(sandbox, to, options));
  if (source.isDirectory()) {
    const target = isInto && !/(^|\/)\.\/?$/.test(from) ? posix.join(to, name) : to;
    return copyFolder(output, { sandbox, from, to: target }, options);
  }
  const target = isInto ? posix.join(to, name) : to;
  const progress = copyProgress(output, source.isFile() ? source.size : undefined);
  return copyBytes(sandbox, { source: createReadStream(from), to: target, progress }, options);
}

/** Standard input, or a file. */
export async function copyBytes(
  sandbox: Sandbox,
  {
    source,
    to,
    progress,
  }: { readonly source: AsyncIterable<Uint8Array>; readonly to: string; readonly progress: CopyProgress },
  options: CopyOptions,
): Promise<Copied> {
  const { path } = await sandbox.files.write(to, byteStream(progress.counted(source)), options);
  return { to: path, bytes: progress.bytes(), left: [] };
}

async function copyFolder(
  output: Output,
  { sandbox, from, to }: { readonly sandbox: Sandbox; readonly from: string; readonly to: string },
  options: CopyOptions,
): Promise<Copied> {
  const root = resolve(from);
  const { bytes, left } = await surveyed(root);
  const progress = copyProgress(output, bytes);
  // What is no file, folder or link is left out.
  const archive = pack(root, { strict: false, ignore: (name) => left.includes(relative(root, name)) });
  await sandbox.files.writeArchive(to, byteStream(progress.counted(bytesOf(archive))), options);
  return { to, bytes: progress.bytes(), left };
}

function bytesOf(archive: AsyncIterable<unknown>): AsyncIterable<Uint8Array> {
  // Its types leave open what it hands out: a tar is buffers.
  return archive as AsyncIterable<Uint8Array>;
}

async function isFolder(sandbox: Sandbox, path: string, options: CopyOptions): Promise<boolean> {
  try {
    return (await sandbox.files.stat(path, options)).type === 'directory';
  } catch (error) {
    if (error instanceof SandglassError && error.code === 'not_found') return false;
    throw error;
  }
}

/** How long its tar will be, and the links that lead out of it: a sandbox takes none of those. */
async function surveyed(root: string): Promise<{ readonly bytes: number; readonly left: readonly string[] }> {
  const left: string[] = [];
  let bytes = BLOCK_BYTES;
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink() && leadsOut(root, path, await readlink(path))) left.push(relative(root, path));
    const size = entry.isFile() ? (await lstat(path)).size : 0;
    bytes += BLOCK_BYTES + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return { bytes, left };
}

function leadsOut(root: string, link: string, to: string): boolean {
  return isAbsolute(to) || relative(root, resolve(dirname(link), to)).split('/')[0] === '..';
}
