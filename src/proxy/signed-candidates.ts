import type { Sandbox } from '../domain/sandbox.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';

/** A sandbox that a signed URL may be for. */
export interface Candidate {
  readonly id: string;
  readonly createdAtMs: number;
}

export interface SignedCandidates {
  /** Those that run, or that traffic may resume; newest first. The list is the caller's to walk through. */
  newestFirst(): Promise<readonly Candidate[]>;
  close(): void;
}

export interface SignedCandidatesDeps {
  readonly store: Pick<SandboxStore, 'list'>;
  readonly feed: Pick<ChangeFeed, 'subscribe'>;
}

const PAGE = 500;
const STATES = ['pending', 'running', 'pausing', 'paused', 'resuming'] as const;

/** Read from the store when the first signed URL comes, then kept right by the change feed. */
export function signedCandidates({ store, feed }: SignedCandidatesDeps): SignedCandidates {
  let known: Candidate[] = [];
  let loading: Promise<void> | null = null;
  let unsubscribe: () => void = () => undefined;

  const take = (row: Sandbox) => {
    const at = known.findIndex(({ id }) => id === row.id);
    if (!isCandidate(row)) {
      if (at !== -1) known = known.toSpliced(at, 1);
      return;
    }
    if (at !== -1) return;
    const place = known.findIndex(({ createdAtMs }) => createdAtMs <= row.createdAtMs);
    const candidate = { id: row.id, createdAtMs: row.createdAtMs };
    known = known.toSpliced(place === -1 ? known.length : place, 0, candidate);
  };
  const load = async () => {
    const changed = new Map<string, Sandbox>();
    const forget = feed.subscribe(({ row }) => changed.set(row.id, row));
    try {
      known = await readAll(store);
      for (const row of changed.values()) take(row);
      unsubscribe = feed.subscribe(({ row }) => take(row));
    } finally {
      forget();
    }
  };
  return {
    async newestFirst() {
      loading ??= load().catch((error: unknown) => {
        loading = null;
        throw error;
      });
      await loading;
      return known;
    },
    close: () => unsubscribe(),
  };
}

function isCandidate({ state, autoResume, tenant }: Sandbox): boolean {
  if (tenant === null) return false;
  if (state === 'paused' || state === 'pausing') return autoResume;
  return (STATES as readonly string[]).includes(state);
}

async function readAll(store: SignedCandidatesDeps['store']): Promise<Candidate[]> {
  const found: Candidate[] = [];
  const query = { tenant: null, states: STATES, labels: {}, template: null, order: 'desc', limit: PAGE } as const;
  let after: { createdAtMs: number; id: string } | null = null;
  for (;;) {
    const rows: readonly Sandbox[] = await store.list({ ...query, after });
    found.push(...rows.filter(isCandidate).map(({ id, createdAtMs }) => ({ id, createdAtMs })));
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return found;
    after = { createdAtMs: last.createdAtMs, id: last.id };
  }
}
