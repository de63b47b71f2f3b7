import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Sandbox } from '../domain/sandbox.ts';
import type { Log } from '../observe/logger.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerRuntime, ContainerUsage } from '../ports/container-runtime.ts';
import type { Reading, Sample, Sampler } from '../ports/sampler.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import { type Cgroup, type DiskUsage, findCgroup } from './cgroup-usage.ts';
import { processMemory } from './process-memory.ts';
import { sampleOf } from './sample-of.ts';

export interface SamplerDeps {
  readonly store: Pick<SandboxStore, 'list'>;
  readonly feed: Pick<ChangeFeed, 'subscribe'>;
  readonly runtime: Pick<ContainerRuntime, 'usage'>;
  readonly clock: Clock;
  readonly log: Log;
  /** False: the cgroups of this machine are not those of the engine's containers. */
  readonly isEngineLocal: boolean;
  readonly everyMs?: number;
  readonly findCgroup?: (containerId: string) => Cgroup | undefined;
}

export interface RunningSampler extends Sampler {
  /** Takes up what runs already, and goes on until it is closed. */
  begin(): Promise<void>;
  /** A sample of all that runs. */
  sampleAll(): Promise<void>;
  close(): void;
}

const EVERY_MS = 5_000;
/** Five minutes. */
const KEPT = 60;
/** The engine takes a second or two for each. */
const ENGINE_CALLS = 4;
const PAGE = 1_000;
/** Longest time that other work waits for a round. */
const SLICE_MS = 5;

interface Watched {
  row: Sandbox;
  /** undefined: the engine is asked; null: not looked for yet. */
  cgroup: Cgroup | undefined | null;
  readonly samples: Sample[];
  last: { readonly atMs: number; readonly cpuNs: number };
}

const NO_DISK: DiskUsage = { usedBytes: 0, totalBytes: 0 };

/**
 * Samples of the sandboxes that run, dropped when they stop. A start only notes them: their files are read in the next
 * round, or when somebody asks. A start from the pool takes hardly longer than reading them.
 */
export function sampler(deps: SamplerDeps): RunningSampler {
  const { clock, feed } = deps;
  const watched = new Map<string, Watched>();
  const closed = new AbortController();
  const watch = (row: Sandbox) => {
    const known = watched.get(row.id);
    if (!isUp(row) || row.containerId === null) {
      watched.delete(row.id);
      return;
    }
    if (known?.row.incarnation === row.incarnation) {
      known.row = row;
      return;
    }
    const last = { atMs: row.startedAtMs ?? clock.nowMs(), cpuNs: 0 };
    const one: Watched = { row, cgroup: deps.isEngineLocal ? null : undefined, samples: [], last };
    watched.set(row.id, one);
    if (!deps.isEngineLocal) void take(deps, one);
  };
  const unsubscribe = feed.subscribe(({ row }) => watch(row));
  const sampleAll = async () => {
    const byEngine = [...watched.values()].filter((one) => cgroupOf(deps, one) === undefined);
    let sinceMs = clock.monotonicMs();
    for (const one of watched.values()) {
      if (one.cgroup === undefined) continue;
      void take(deps, one);
      if (clock.monotonicMs() - sinceMs < SLICE_MS) continue;
      await yieldToOthers();
      sinceMs = clock.monotonicMs();
    }
    const worker = async () => {
      for (let one = byEngine.pop(); one !== undefined && !closed.signal.aborted; one = byEngine.pop())
        await take(deps, one);
    };
    await Promise.all(Array.from({ length: ENGINE_CALLS }, worker));
  };
  const goOn = async () => {
    while (!closed.signal.aborted) {
      await clock.sleep(deps.everyMs ?? EVERY_MS, closed.signal).catch(() => undefined);
      if (!closed.signal.aborted) await sampleAll();
    }
  };
  return {
    recent(id, fromMs, toMs) {
      const one = watched.get(id);
      if (one?.samples.length === 0 && cgroupOf(deps, one) !== undefined) void take(deps, one);
      return (one?.samples ?? []).filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
    },
    async read(id) {
      const one = watched.get(id);
      return one === undefined ? undefined : readingOf(deps, one);
    },
    async begin() {
      for await (const row of runningRows(deps.store)) if (!watched.has(row.id)) watch(row);
      void goOn();
    },
    sampleAll,
    close() {
      closed.abort();
      unsubscribe();
      watched.clear();
    },
  };
}

function cgroupOf(deps: SamplerDeps, one: Watched): Cgroup | undefined {
  if (one.cgroup === null) one.cgroup = (deps.findCgroup ?? findCgroup)(one.row.containerId ?? '');
  return one.cgroup;
}

/** Never rejects: what cannot be measured now is measured the next time. */
async function take(deps: SamplerDeps, one: Watched): Promise<void> {
  const { runtime, log } = deps;
  const { row, samples } = one;
  try {
    const cgroup = cgroupOf(deps, one);
    const usage: ContainerUsage | undefined =
      cgroup === undefined ? await runtime.usage(row.containerId ?? '') : cgroup.read();
    if (usage === undefined) return;
    const sample = sampleNow(deps, one, usage);
    samples.push(sample);
    if (samples.length > KEPT) samples.shift();
    one.last = { atMs: sample.atMs, cpuNs: usage.cpuNs };
  } catch (error) {
    log.debug({ event: 'sample.missed', sandboxId: row.id, error: String(error) }, 'a sandbox was not measured');
  }
}

function sampleNow({ clock }: SamplerDeps, { cgroup, last, row }: Watched, usage: ContainerUsage): Sample {
  const disk = cgroup?.disk() ?? NO_DISK;
  const source = cgroup == null ? 'engine' : (`cgroup-v${cgroup.version}` as const);
  return sampleOf(usage, { atMs: clock.nowMs(), disk, source, since: last, resources: row.resources });
}

/** Over a shorter time the share of the cpu says nothing. */
const SHORTEST_MS = 100;

/** The engine takes too long to be asked by everybody: what it said last is told. */
async function readingOf(deps: SamplerDeps, one: Watched): Promise<Reading | undefined> {
  const cgroup = cgroupOf(deps, one);
  const before = one.samples.at(-1);
  const usage = cgroup?.read();
  if (cgroup === undefined) return before === undefined ? undefined : { sample: before, detail: null };
  if (usage === undefined) return undefined;
  const now = sampleNow(deps, one, usage);
  const isTooSoon = before !== undefined && now.atMs - before.atMs < SHORTEST_MS;
  const sample = isTooSoon ? { ...now, cpuUsedPct: before.cpuUsedPct } : now;
  return { sample, detail: (await processMemory(cgroup.pids())) ?? null };
}

async function* runningRows(store: Pick<SandboxStore, 'list'>): AsyncGenerator<Sandbox> {
  let after: Parameters<SandboxStore['list']>[0]['after'] = null;
  do {
    const query = { tenant: null, states: ['running', 'paused'], labels: {}, template: null, order: 'asc' } as const;
    const page: readonly Sandbox[] = await store.list({ ...query, after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    after = page.length < PAGE || last === undefined ? null : { createdAtMs: last.createdAtMs, id: last.id };
  } while (after !== null);
}

function isUp({ state }: Sandbox): boolean {
  return state === 'running' || state === 'pausing' || state === 'paused' || state === 'resuming';
}
