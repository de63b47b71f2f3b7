import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { chmod, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, posix, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Headers } from 'tar-fs';
import { type FileEntry, type Sandbox, SandglassError } from '../../sdk/index.ts';
import type { Output } from '../output.ts';
import type { Copied, CopyOptions } from './copied.ts';
import { copyProgress } from './copy-progress.ts';

interface CopyOut {
  readonly sandbox: Sandbox;
  readonly from: string;
  readonly to: string;
}

const PERMISSIONS = 0o777;

/**
 * Copies a file or a folder of the sandbox to this machine: into `to` where that is a folder already. What a sandbox holds
 * is not trusted: nothing is written outside, nothing is left that leads out, and no file gets a set-uid bit.
 */
export async function copyOut(output: Output, copy: CopyOut, options: CopyOptions): Promise<Copied> {
  const { sandbox, from } = copy;
  // Of a stopped sandbox no entry is told: what is no file is a folder then.
  const entry = sandbox.state === 'running' ? await sandbox.files.stat(from, options) : undefined;
  const to = await targetOf(copy);
  if (entry?.type === 'directory') return copyFolder(output, { ...copy, to }, options);
  try {
    const bytes = await sandbox.files.readStream(from, options);
    return await copyFile(output, { bytes, entry, to });
  } catch (error) {
    const isNoFile = error instanceof SandglassError && error.code === 'invalid_request' && entry === undefined;
    if (!isNoFile) throw error;
    return copyFolder(output, { ...copy, to }, options);
  }
}

async function targetOf({ from, to }: CopyOut): Promise<string> {
  const isInto = to.endsWith('/') || ((await stat(to).catch(() => undefined))?.isDirectory() ?? false);
  const name = posix.basename(from);
  return isInto && !['', '.', '..'].includes(name) ? join(to, name) : to;
}

/** Whole or not at all. */
async function copyFile(
  output: Output,
  file: { readonly bytes: ReadableStream<Uint8Array>; readonly entry: FileEntry | undefined; readonly to: string },
): Promise<Copied> {
  const { bytes, entry, to } = file;
  const progress = copyProgress(output, entry?.size);
  const temporary = join(dirname(to), `.${basename(to)}.${randomBytes(6).toString('hex')}`);
  mkdirSync(dirname(to), { recursive: true });
  try {
    await pipeline(progress.counted(bytes), createWriteStream(temporary, { flags: 'wx' }));
    if (entry !== undefined) await chmod(temporary, Number.parseInt(entry.mode, 8) & PERMISSIONS);
    await rename(temporary, to);
  } finally {
    await rm(temporary, { force: true });
  }
  return { to, bytes: progress.bytes(), left: [] };
}

async function copyFolder(output: Output, { sandbox, from, to }: CopyOut, options: CopyOptions): Promise<Copied> {
  const root = resolve(to);
  const left: string[] = [];
  const progress = copyProgress(output, undefined);
  const archive = await sandbox.files.readArchive(from, options);
  mkdirSync(root, { recursive: true });
  const unpacking = extract(root, {
    // Files belong to who copies them.
    ...{ chown: false, strict: false },
    ignore(name, header) {
      const isLeft = isOutwardLink(root, name, header);
      if (isLeft) left.push(relative(root, name));
      return isLeft;
    },
  });
  await pipeline(Readable.from(progress.counted(archive)), unpacking);
  return { to, bytes: progress.bytes(), left };
}

function isOutwardLink(root: string, name: string, header: Headers | undefined): boolean {
  if (header?.type !== 'symlink') return false;
  // The types of tar-fs do not know it (tar-stream's have it).
  return leadsOut(root, name, String(Reflect.get(header, 'linkname') ?? ''));
}

function leadsOut(root: string, link: string, to: string): boolean {
  return isAbsolute(to) || relative(root, resolve(dirname(link), to)).split('/')[0] === '..';
}
