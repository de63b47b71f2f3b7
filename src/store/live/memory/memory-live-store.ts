import { SandboxError } from '../../../domain/errors.ts';
import { filterSandboxInfo, type SandboxInfo } from '../../../domain/sandbox-info.ts';
import type { LiveStore } from '../../../ports/live-store.ts';
import { entryChange } from '../entry-change.ts';

type Entries = Map<string, SandboxInfo>;

const IDS_PER_PAGE = 500;

export interface MemoryLiveStoreDeps {
  /** Why live information is kept in memory; shown by `status()`. */
  readonly detail?: string;
}

/** Live information of this process alone: gone when the process ends, never out of reach before. */
export function memoryLiveStore(deps: MemoryLiveStoreDeps = {}): LiveStore {
  const { detail = 'kept in the memory of this process' } = deps;
  const entries: Entries = new Map();
  let isClosed = false;
  const opened = () => {
    if (isClosed) throw new SandboxError('storage_unavailable', 'The live store is closed.');
    return entries;
  };
  return {
    seed: async (info) => seedInto(opened(), filterSandboxInfo(info)),
    patch: async (id, incarnation, change) => changeIn(opened(), { id, incarnation, ...entryChange(change) }),
    touch: async (id, incarnation, atMs) => {
      const latestAtMs = opened().get(id)?.lastActivityAtMs ?? Number.NEGATIVE_INFINITY;
      return atMs > latestAtMs && changeIn(entries, { id, incarnation, ...entryChange({ lastActivityAtMs: atMs }) });
    },
    get: async (id) => structuredClone(opened().get(id)),
    evict: async (id, incarnation) => evictFrom(opened(), id, incarnation),
    ids: () => pages(opened),
    status: () => ({ kind: 'memory', isUp: !isClosed, detail: isClosed ? 'closed' : detail }),
    onReconnect: () => () => undefined,
    close: async () => {
      isClosed = true;
      entries.clear();
    },
  };
}

function seedInto(entries: Entries, entry: SandboxInfo): boolean {
  const held = entries.get(entry.id);
  if (held !== undefined && held.incarnation > entry.incarnation) return false;
  entries.set(entry.id, entry);
  return true;
}

function changeIn(
  entries: Entries,
  { id, incarnation, ...change }: Partial<SandboxInfo> & { id: string; incarnation: number },
): boolean {
  const held = entries.get(id);
  if (held?.incarnation !== incarnation || Object.keys(change).length === 0) return false;
  entries.set(id, { ...held, ...change });
  return true;
}

function evictFrom(entries: Entries, id: string, incarnation: number): boolean {
  const held = entries.get(id);
  return held !== undefined && held.incarnation <= incarnation && entries.delete(id);
}

async function* pages(opened: () => Entries): AsyncIterable<readonly string[]> {
  const ids = [...opened().keys()];
  for (let start = 0; start < ids.length; start += IDS_PER_PAGE) yield ids.slice(start, start + IDS_PER_PAGE);
}
