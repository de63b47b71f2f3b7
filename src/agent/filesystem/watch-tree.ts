import { join } from 'node:path';
import { EventType } from '../../contract/gen/filesystem/filesystem_pb.js';
import { AgentError, errnoOf } from '../agent-error.ts';
import { changesOf, type Moved, type Said, type Seen } from './watch-change.ts';
import { look, namesIn, type WatchedFolder, type Word, watchedFolders } from './watched-folders.ts';

export interface TreeEvent {
  /** Relative to the watched directory; `.` is that directory. */
  readonly name: string;
  readonly type: EventType;
}

export interface TreeWatchOptions {
  readonly path: string;
  readonly isRecursive: boolean;
  readonly tell: (event: TreeEvent) => void;
  /** What it cannot go on after. */
  readonly fail: (error: unknown) => void;
}

export interface TreeWatch {
  close(): void;
}

/** Directories looked at before others get their turn, while a tree is first read. */
const SLICE = 64;
/** Above so many at once the system's own queue (16,384 by default) may have run over: then everything is compared. */
const MANY_WORDS = 4_000;

/**
 * Resolves when everything below is watched: what happens from then on is told, each within milliseconds. A directory
 * that comes later is watched first and read then, so that nothing made in it is lost; links are not followed.
 */
export async function watchTree(options: TreeWatchOptions): Promise<TreeWatch> {
  const { path, fail } = options;
  let isReady = false;
  let isOpen = true;
  const close = () => {
    isOpen = false;
    folders.close();
  };
  const guarded = (work: () => void) => {
    if (!isOpen) return;
    try {
      work();
    } catch (error) {
      close();
      fail(watchError(path, error));
    }
  };
  const soon = () => void setImmediate(guarded, () => settle(watch));
  const folders = watchedFolders(
    path,
    () => isReady && soon(),
    (error) =>
      guarded(() => {
        throw error;
      }),
  );
  const watch: Watch = { ...options, folders, ghosts: new Set() };
  try {
    await readAll(watch);
  } catch (error) {
    close();
    throw watchError(path, error);
  }
  isReady = true;
  soon();
  return { close };
}

type Folders = ReturnType<typeof watchedFolders>;

interface Watch extends TreeWatchOptions {
  readonly folders: Folders;
  /** Came and went before they could be seen; the word of their going is still to come. */
  readonly ghosts: Set<string>;
}

async function readAll({ folders, isRecursive }: Watch): Promise<void> {
  const pending = [''];
  for (let done = 1; pending.length > 0; done++) {
    const folder = folders.open(pending.pop() ?? '');
    const below = folder === undefined ? [] : folders.read(folder);
    if (isRecursive) pending.push(...below.filter(({ seen }) => seen.isDirectory).map(({ name }) => name));
    if (done % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Tells what the words since the last time mean, in their order. */
function settle(watch: Watch): void {
  const { path, folders } = watch;
  const { words, count } = folders.takeWords();
  const looked = words.map((word) => {
    return { word, before: word.folder.entries.get(word.entry), after: look(join(path, word.name)) };
  });
  const placesBefore = placesOf(looked.map(({ word, before }) => [before, word.name]));
  const placesAfter = placesOf(looked.map(({ word, after }) => [after, word.name]));
  const isElsewhere = (places: ReadonlyMap<string, string>, seen: Seen | undefined, name: string) =>
    seen !== undefined && (places.get(seen.identity) ?? name) !== name;
  for (const { word, before, after } of looked) {
    if (!folders.has(word.folder)) continue;
    if (before === undefined && after === undefined && isNoNews(watch, word)) continue;
    if (before !== undefined || after !== undefined) watch.ghosts.delete(word.name);
    const away = isElsewhere(placesAfter, before, word.name);
    const here = isElsewhere(placesBefore, after, word.name);
    compare(watch, { ...word, away, here }, after);
  }
  if (count > MANY_WORDS) compareAll(watch);
}

function placesOf(all: readonly (readonly [Seen | undefined, string])[]): ReadonlyMap<string, string> {
  return new Map(all.flatMap(([seen, name]) => (seen === undefined ? [] : [[seen.identity, name]])));
}

/** Of a name that was not there, and is not: whether it is about something else, or was told already. */
function isNoNews({ path, folders, ghosts, tell }: Watch, { name, folder, entry, moves }: Word): boolean {
  if (folders.isOwnName(folder, entry)) {
    if (folder.name !== '') return true;
    if (moves === 0) tell({ name: '.', type: EventType.CHMOD });
    else if (look(path) === undefined) tell({ name: '.', type: EventType.REMOVE });
    return true;
  }
  if (moves !== 1) return false;
  if (ghosts.delete(name)) return true;
  ghosts.add(name);
  return false;
}

interface Place {
  readonly name: string;
  readonly folder: WatchedFolder;
  readonly entry: string;
}

function compare(watch: Watch, word: Place & Said & Moved, after: Seen | undefined): void {
  const { folders, tell } = watch;
  const { name, folder, entry } = word;
  const before = folder.entries.get(entry);
  for (const type of changesOf(before, after, word)) tell({ name, type });
  folders.remember(folder, entry, after);
  if (!watch.isRecursive || before?.identity === after?.identity) return;
  if (before?.isDirectory === true) folders.forget(name);
  if (after?.isDirectory === true) adopt(watch, name);
}

function adopt(watch: Watch, name: string): void {
  const { folders, tell } = watch;
  folders.forget(name);
  const folder = folders.open(name);
  if (folder === undefined) return;
  for (const below of folders.read(folder)) {
    for (const type of changesOf(undefined, below.seen, COME)) tell({ name: below.name, type });
    if (below.seen.isDirectory) adopt(watch, below.name);
  }
}

const COME: Said & Moved = { moves: 1, changes: 0, away: false, here: false };

function compareAll(watch: Watch): void {
  const { path, folders } = watch;
  watch.ghosts.clear();
  for (const folder of folders.all()) {
    if (!folders.has(folder)) continue;
    for (const entry of new Set([...folder.entries.keys(), ...namesIn(join(path, folder.name))])) {
      const name = join(folder.name, entry);
      compare(watch, { name, folder, entry, ...COME }, look(join(path, name)));
    }
  }
}

function watchError(path: string, error: unknown): unknown {
  if (!['ENOSPC', 'EMFILE'].includes(errnoOf(error))) return error;
  const limit = errnoOf(error) === 'ENOSPC' ? 'fs.inotify.max_user_watches' : 'fs.inotify.max_user_instances';
  const message = `path '${path}' cannot be watched: the host's limit ${limit} is reached`;
  return new AgentError('resource_exhausted', message, { cause: error });
}
