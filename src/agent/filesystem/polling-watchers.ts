import { randomBytes } from 'node:crypto';
import type { FilesystemEvent } from '../../contract/gen/filesystem/filesystem_pb.js';
import { AgentError } from '../agent-error.ts';
import type { AgentDeps } from '../deps.ts';
import { eventMessage, requireWatchable, type WatchRequest } from './watch-request.ts';
import { type TreeEvent, type TreeWatch, watchTree } from './watch-tree.ts';

export interface PollingWatchers {
  /** Its id, when the watch is armed. */
  create(request: WatchRequest): Promise<string>;
  /** What happened since it was last asked. */
  take(id: string): Promise<FilesystemEvent[]>;
  remove(id: string): void;
}

interface Watcher {
  readonly request: WatchRequest;
  readonly tree: TreeWatch;
  events: TreeEvent[];
  failure: unknown;
}

const MOST_WAITING = 32_768;
/** Clients that crash leave theirs behind: beyond so many the one that was not asked for longest goes. */
const MOST_WATCHERS = 64;

/** Watches for clients that ask again and again instead of reading a stream. */
export function pollingWatchers(deps: AgentDeps): PollingWatchers {
  /** The one that was asked last is last. */
  const watchers = new Map<string, Watcher>();
  const find = (id: string): Watcher => {
    const watcher = watchers.get(id);
    if (watcher === undefined) throw new AgentError('not_found', `watcher with id ${id} not found`);
    return watcher;
  };
  const remove = (id: string) => {
    find(id).tree.close();
    watchers.delete(id);
  };
  return {
    async create(request) {
      await requireWatchable(request);
      const watcher: Omit<Watcher, 'tree'> = { request, events: [], failure: undefined };
      const tell = (event: TreeEvent) => {
        if (watcher.events.push(event) <= MOST_WAITING || watcher.failure !== undefined) return;
        fail(new AgentError('resource_exhausted', `more than ${MOST_WAITING} events were not fetched`));
      };
      const fail = (error: unknown) => {
        watcher.failure = error;
        watcher.events = [];
        tree?.close();
      };
      let tree: TreeWatch | undefined;
      tree = await watchTree({ path: request.path, isRecursive: request.recursive, tell, fail });
      const id = `w${randomBytes(8).toString('hex')}`;
      watchers.set(id, Object.assign(watcher, { tree }));
      const [oldest] = watchers.keys();
      if (watchers.size > MOST_WATCHERS && oldest !== undefined) remove(oldest);
      return id;
    },
    async take(id) {
      const watcher = find(id);
      watchers.delete(id);
      watchers.set(id, watcher);
      if (watcher.failure !== undefined) {
        remove(id);
        throw watcher.failure;
      }
      const events = watcher.events;
      watcher.events = [];
      const messages: FilesystemEvent[] = [];
      for (const event of events) messages.push(await eventMessage(deps, watcher.request, event));
      return messages;
    },
    remove,
  };
}
