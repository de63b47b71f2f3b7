import { cp, lchown, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Account } from '../accounts.ts';
import { errnoOf } from '../agent-error.ts';
import { missing, pathError } from './call-path.ts';
import { makeFolders } from './make-folders.ts';
import { temporaryName } from './temporary-name.ts';
import { walk } from './walk.ts';

/** Renames, over what is there; the parents of the destination are made for the user. */
export async function move(from: string, to: string, owner: Account): Promise<void> {
  if ((await lstat(from).catch(() => undefined)) === undefined) throw missing(from);
  await makeFolders(dirname(to), owner);
  try {
    await rename(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw pathError(from, error);
    await moveAcross(from, to);
  }
}

/** Between file systems: a copy beside the destination, which takes its place when it is whole. */
async function moveAcross(from: string, to: string): Promise<void> {
  const folder = join(dirname(to), temporaryName());
  await mkdir(folder, { mode: 0o700 });
  try {
    const copy = join(folder, basename(to));
    await cp(from, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    await copyOwners(from, copy);
    await rename(copy, to);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await rm(from, { recursive: true, force: true });
}

async function copyOwners(from: string, to: string): Promise<void> {
  const root = await lstat(from);
  await lchown(to, root.uid, root.gid);
  if (!root.isDirectory()) return;
  for await (const { path, relative } of walk(from, { depth: Number.POSITIVE_INFINITY })) {
    const { uid, gid } = await lstat(path);
    await lchown(join(to, relative), uid, gid);
  }
}
