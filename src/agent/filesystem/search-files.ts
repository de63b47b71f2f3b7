import { stat } from 'node:fs/promises';
import type { AgentFileEntry, AgentFileList } from '../../contract/agent.ts';
import type { Accounts } from '../accounts.ts';
import { AgentError } from '../agent-error.ts';
import { onPath } from './call-path.ts';
import { fileEntry } from './file-entry.ts';
import { globPattern } from './glob-pattern.ts';
import { walk } from './walk.ts';

/** Entries of a list at most. */
const LONGEST_LIST = 10_000;
/** Entries that a search looks at, at most. */
export const MOST_VISITED = 500_000;

/** What lies in a directory, depth-first. */
export async function listFiles(root: string, depth: number, accounts: Accounts): Promise<AgentFileList> {
  await requireFolder(root);
  return collect(root, { depth, limit: LONGEST_LIST, matches: () => true }, accounts);
}

/** What lies below a directory and is meant by a pattern. Links to directories are not followed. */
export async function globFiles(
  root: string,
  { pattern, limit }: { readonly pattern: string; readonly limit: number },
  accounts: Accounts,
): Promise<AgentFileList> {
  const { matches, depth } = globPattern(pattern);
  await requireFolder(root);
  return collect(root, { depth, limit, matches }, accounts);
}

interface Search {
  readonly depth: number;
  readonly limit: number;
  readonly matches: (relative: string) => boolean;
}

async function collect(root: string, search: Search, accounts: Accounts): Promise<AgentFileList> {
  const entries: AgentFileEntry[] = [];
  let visited = 0;
  for await (const { path, relative } of walk(root, { depth: search.depth })) {
    if (++visited > MOST_VISITED) return { entries, truncated: true };
    if (!search.matches(relative)) continue;
    const entry = await fileEntry(path, accounts).catch(() => undefined);
    if (entry === undefined) continue;
    if (entries.length === search.limit) return { entries, truncated: true };
    entries.push(entry);
  }
  return { entries, truncated: false };
}

export async function requireFolder(path: string): Promise<void> {
  const seen = await onPath(path, () => stat(path));
  if (!seen.isDirectory()) throw new AgentError('invalid_argument', `path '${path}' is not a directory`);
}
