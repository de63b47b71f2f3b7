import { type FSWatcher, lstatSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { AgentError, errnoOf } from '../agent-error.ts';
import { isTemporary } from './temporary-name.ts';
import type { Said, Seen } from './watch-change.ts';

export interface WatchedFolder {
  /** Relative to the root; empty for the root. */
  readonly name: string;
  readonly watcher: FSWatcher;
  readonly entries: Map<string, Seen>;
}

/** What the system said of one entry. */
export interface Word extends Said {
  /** Relative to the root. */
  readonly name: string;
  readonly folder: WatchedFolder;
  readonly entry: string;
}

/** Entries that are remembered at most, by all watches together: some 300 bytes each. */
const MOST_ENTRIES = 60_000;

let remembered = 0;

/** The directories of one watch, what is known to be in them, and what the system said since it was last asked. */
export function watchedFolders(root: string, hasWords: () => void, fail: (error: unknown) => void) {
  const folders = new Map<string, WatchedFolder>();
  let words = new Map<string, Word>();
  let count = 0;

  const hear = (folder: WatchedFolder, kind: string, entry: string) => {
    if (isTemporary(entry)) return;
    const name = join(folder.name, entry);
    const { moves, changes } = words.get(name) ?? { moves: 0, changes: 0 };
    const isMove = kind === 'rename';
    // The last word of a name decides its place.
    words.delete(name);
    words.set(name, { name, folder, entry, moves: moves + Number(isMove), changes: changes + Number(!isMove) });
    if (count++ === 0) hasWords();
  };
  const remember = (folder: WatchedFolder, entry: string, seen: Seen | undefined) => {
    const sizeBefore = folder.entries.size;
    if (seen === undefined) folder.entries.delete(entry);
    else folder.entries.set(entry, seen);
    remembered += folder.entries.size - sizeBefore;
    if (remembered <= MOST_ENTRIES) return;
    throw new AgentError('resource_exhausted', `more than ${MOST_ENTRIES} entries are watched: watch a smaller tree`);
  };
  /** Stops watching a directory and what is below it. */
  const forget = (name: string) => {
    for (const folder of folders.values()) {
      if (name !== '' && folder.name !== name && !folder.name.startsWith(`${name}/`)) continue;
      folder.watcher.close();
      remembered -= folder.entries.size;
      folders.delete(folder.name);
    }
  };
  return {
    remember,
    forget,
    has: (folder: WatchedFolder) => folders.get(folder.name) === folder,
    all: () => [...folders.values()],
    close: () => forget(''),
    /** Watches a directory from now on; undefined when it is gone again. Throws what the system refuses. */
    open(name: string): WatchedFolder | undefined {
      try {
        const folder = { name, watcher: watch(join(root, name)), entries: new Map<string, Seen>() };
        folder.watcher.on('change', (kind, entry) => typeof entry === 'string' && hear(folder, kind, entry));
        folder.watcher.on('error', fail);
        folders.set(name, folder);
        return folder;
      } catch (error) {
        if (name === '' || !['ENOENT', 'ENOTDIR'].includes(errnoOf(error))) throw error;
        return undefined;
      }
    },
    /** Looks at what is in it now, and remembers that. */
    read(folder: WatchedFolder): { readonly name: string; readonly seen: Seen }[] {
      return namesIn(join(root, folder.name)).flatMap((entry) => {
        const name = join(folder.name, entry);
        const seen = look(join(root, name));
        if (seen === undefined) return [];
        remember(folder, entry, seen);
        return [{ name, seen }];
      });
    },
    takeWords() {
      const taken = { words: [...words.values()], count };
      words = new Map();
      count = 0;
      return taken;
    },
    /** The system tells of a watched directory itself by the last part of its own name. */
    isOwnName: (folder: WatchedFolder, entry: string) => join(root, folder.name).endsWith(`/${entry}`),
  };
}

/** The names in a directory, sorted, without what the agent makes there for a moment; none when it is gone. */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(path)
      .filter((entry) => !isTemporary(entry))
      .sort();
  } catch {
    return [];
  }
}

export function look(path: string): Seen | undefined {
  try {
    const stats = lstatSync(path);
    return {
      identity: `${stats.dev} ${stats.ino} ${stats.birthtimeMs}`,
      isDirectory: stats.isDirectory(),
      isFile: stats.isFile(),
      sizeBytes: stats.size,
      mtimeMs: stats.mtimeMs,
      ctimeMs: stats.ctimeMs,
      rights: `${stats.mode} ${stats.uid} ${stats.gid}`,
    };
  } catch {
    return undefined;
  }
}
