import { rm, stat } from 'node:fs/promises';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import type { EntryInfo, Filesystem } from '../../contract/gen/filesystem/filesystem_pb.js';
import type { Account } from '../accounts.ts';
import { AgentError } from '../agent-error.ts';
import type { AgentDeps } from '../deps.ts';
import { userOf } from '../session.ts';
import { callPath, onPath } from './call-path.ts';
import { entryInfo } from './entry-info.ts';
import { makeFolders } from './make-folders.ts';
import { move } from './move.ts';
import { pollingWatchers } from './polling-watchers.ts';
import { walk } from './walk.ts';
import { watchDir } from './watch-dir.ts';

/** What fits the agent's memory in one answer. */
const LONGEST_LIST = 20_000;
const AT_ONCE = 64;

/**
 * `filesystem.Filesystem`. The agent is root, as envd is: it can read and write everything inside, whoever calls; what
 * it makes belongs to the caller's user.
 */
export function filesystemService(deps: AgentDeps): ServiceImpl<typeof Filesystem> {
  const userAt = (context: HandlerContext): Account =>
    userOf(context.requestHeader.get('authorization'), deps.session, deps.accounts);
  const pathAt = (path: string, context: HandlerContext): string => callPath(path, userAt(context), deps.session);
  const infoAt = (path: string): Promise<EntryInfo> => onPath(path, () => entryInfo(path, deps.accounts));
  const watchers = pollingWatchers(deps);
  return {
    async stat({ path }, context) {
      return { entry: await infoAt(pathAt(path, context)) };
    },
    async listDir({ path, depth }, context) {
      return { entries: await listDir(pathAt(path, context), depth || 1, infoAt) };
    },
    async makeDir({ path }, context) {
      const folder = pathAt(path, context);
      await makeDir(folder, userAt(context));
      return { entry: await infoAt(folder) };
    },
    async move({ source, destination }, context) {
      const to = pathAt(destination, context);
      await move(pathAt(source, context), to, userAt(context));
      return { entry: await infoAt(to) };
    },
    // What is not there is removed: so does envd, and its clients count on it.
    async remove({ path }, context) {
      await rm(pathAt(path, context), { recursive: true, force: true });
      return {};
    },
    watchDir: (request, context) => watchDir(deps, { ...request, path: pathAt(request.path, context) }, context),
    createWatcher: async (request, context) => ({
      watcherId: await watchers.create({ ...request, path: pathAt(request.path, context) }),
    }),
    getWatcherEvents: async ({ watcherId }) => ({ events: await watchers.take(watcherId) }),
    async removeWatcher({ watcherId }) {
      watchers.remove(watcherId);
      return {};
    },
  };
}

async function listDir(path: string, depth: number, infoAt: (path: string) => Promise<EntryInfo>) {
  const seen = await onPath(path, () => stat(path));
  if (!seen.isDirectory()) throw new AgentError('invalid_argument', `path '${path}' is not a directory`);
  const paths: string[] = [];
  for await (const found of walk(path, { depth })) {
    if (paths.push(found.path) <= LONGEST_LIST) continue;
    throw new AgentError('resource_exhausted', `path '${path}' has more than ${LONGEST_LIST} entries: list less deep`);
  }
  const entries: EntryInfo[] = [];
  for (let from = 0; from < paths.length; from += AT_ONCE) {
    // An entry that vanished meanwhile is not there.
    const infos = paths.slice(from, from + AT_ONCE).map((one) => infoAt(one).catch(() => undefined));
    for (const info of await Promise.all(infos)) if (info !== undefined) entries.push(info);
  }
  return entries;
}

async function makeDir(path: string, owner: Account): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there !== undefined && !there.isDirectory()) {
    throw new AgentError('invalid_argument', `path '${path}' already exists but it is not a directory`);
  }
  if (!(await makeFolders(path, owner))) {
    throw new AgentError('already_exists', `directory '${path}' already exists`);
  }
}
