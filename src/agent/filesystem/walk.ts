import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isTemporary } from './temporary-name.ts';

export interface Walked {
  readonly path: string;
  /** Relative to where the walk began. */
  readonly relative: string;
  readonly entry: Dirent;
}

export interface WalkOptions {
  /** 1 = the entries of the directory itself. */
  readonly depth: number;
}

/**
 * What lies below a directory, depth-first, each directory's entries in the order of their UTF-16 units; links are
 * told, never followed. Directories that vanish or cannot be read meanwhile are left out; the first one is not.
 */
export async function* walk(root: string, { depth }: WalkOptions, below = ''): AsyncGenerator<Walked> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((error: unknown) => {
    if (below === '') throw error;
    return [];
  });
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  for (const entry of entries) {
    if (isTemporary(entry.name)) continue;
    const relative = below === '' ? entry.name : `${below}/${entry.name}`;
    yield { path: join(root, relative), relative, entry };
    if (depth > 1 && entry.isDirectory()) yield* walk(root, { depth: depth - 1 }, relative);
  }
}
