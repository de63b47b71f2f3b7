import { sql } from 'drizzle-orm';
import type { Scheduler } from 'fast-check';
import { isSandboxError } from '../../src/domain/errors.ts';
import { type NormalisedStart, normaliseStart, type StartWish } from '../../src/domain/spec.ts';
import { deleteSandbox } from '../../src/operations/delete-sandbox.ts';
import type { Wait } from '../../src/operations/lifecycle-call.ts';
import type { StartRequest } from '../../src/operations/start-request.ts';
import { startSandbox } from '../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../src/operations/stop-sandbox.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../support/memory-lifecycle.ts';
import { testStartDefaults, testTemplate } from '../support/rows.ts';
import { turnClock, untilDone } from './turns.ts';

export const FLOOR = 2;
/** Sandboxes that the tenant `acme` may have. */
export const QUOTA = 3;

const claims = ['claim', 'claimOfGlobex', 'claimNoWait', 'claimBigger', 'claimByKey', 'claimByReuseKey'] as const;
const world = ['killSlot', 'killSandbox', 'evict', 'closeSlot', 'pass', 'refresh', 'drive'] as const;
export const steps = [...claims, 'stop', 'forceDelete', ...world] as const;
export type Step = (typeof steps)[number];
/** Steps of another process over the same rows and containers; `other` claims there. */
export const stepsOfTwo = ['claim', 'claimOfGlobex', 'claimNoWait', 'evict', 'closeSlot', 'other'] as const;
export type StepOfTwo = (typeof stepsOfTwo)[number];

/** A start that was answered. */
export interface Answered {
  readonly tenant: string;
  readonly id: string;
  readonly key: 'idempotency' | 'reuse' | null;
}

export interface InterleavedPool {
  readonly system: MemoryLifecycle;
  readonly answered: readonly Answered[];
  /** Codes of the starts that were refused. */
  readonly refused: readonly string[];
  /** Most sandboxes that `acme` ever had at a time. */
  mostOfAcme(): number;
  /** Who each agent heard. */
  readonly heard: ReadonlyMap<string, ReadonlySet<string>>;
  play(lane: readonly (Step | StepOfTwo)[]): Promise<void>;
  untilDone(what: string, work: Promise<unknown>): Promise<void>;
  /** The other process begins nothing more. */
  endOther(): Promise<void>;
  close(): Promise<void>;
}

const wait: Wait = { seconds: 30 };
export const start: NormalisedStart = normaliseStart({ template: 'base' }, testTemplate, testStartDefaults);

/** A pool with a full floor, in which every call of a port waits for its turn before it happens and before it is heard. */
export async function interleavedPool(s: Scheduler, hasOther: boolean): Promise<InterleavedPool> {
  let isScheduled = false;
  let mostOfAcme = 0;
  const turn = (name: string): Promise<void> | undefined => {
    if (/^store\.(replace|create).*:after$/.test(name)) mostOfAcme = Math.max(mostOfAcme, liveOf(system, 'acme'));
    const isOneWithItsCall = name.startsWith('store.') && name.endsWith(':after');
    return isScheduled && !isOneWithItsCall ? s.schedule(Promise.resolve(), name) : undefined;
  };
  const heard = new Map<string, Set<string>>();
  const onInit = (endpoint: string, { env }: { readonly env: Readonly<Record<string, string>> }) => {
    const who = heard.get(endpoint) ?? new Set();
    if (env['WHO'] !== undefined) heard.set(endpoint, who.add(env['WHO']));
  };
  const clock = turnClock(turn);
  const options = { clock, orphanGraceMs: 0, faultPoint: turn, onInit, floors: [{ start, slots: FLOOR }] };
  const system: MemoryLifecycle = await memoryLifecycle({ ...options, startConcurrency: 2 });
  // Each of two drives what it began itself: what the other one begins is no news to it.
  if (!hasOther) await system.lifecycle.boot();
  await system.pool.begin();
  while (system.pool.idle().length < FLOOR) await new Promise((resolve) => setImmediate(resolve));
  const other = hasOther ? await memoryLifecycle({ ...options, after: system }) : undefined;
  await other?.pool.begin();
  isScheduled = true;
  const answered: Answered[] = [];
  const refused: string[] = [];
  const deps = { answered, refused };
  return {
    ...{ system, answered, refused, heard },
    mostOfAcme: () => mostOfAcme,
    async play(lane) {
      for (const step of lane) {
        await turn(`begins ${step}`);
        await (step === 'other' ? begin(other ?? system, 'globex', {}, deps) : take(system, step, deps));
      }
    },
    untilDone: (what, work) => untilDone(s, what, work),
    async endOther() {
      other?.pool.end();
    },
    async close() {
      isScheduled = false;
      await other?.lifecycle.close(2_000);
      await system.close();
    },
  };
}

interface Noted {
  readonly answered: Answered[];
  readonly refused: string[];
}

function take(system: MemoryLifecycle, step: Exclude<Step | StepOfTwo, 'other'>, noted: Noted): Promise<unknown> {
  const { control, lifecycle, pool } = system;
  switch (step) {
    case 'claim':
      return begin(system, 'acme', {}, noted);
    case 'claimOfGlobex':
      return begin(system, 'globex', {}, noted);
    case 'claimNoWait':
      return begin(system, 'globex', {}, noted, { seconds: 0 });
    case 'claimBigger':
      return begin(system, 'globex', { wish: { resources: { memoryMb: 1_024 } } }, noted);
    case 'claimByKey':
      return begin(system, 'acme', { idempotencyKey: 'once' }, noted);
    case 'claimByReuseKey':
      return begin(system, 'acme', { reuseKey: 'mine' }, noted);
    case 'stop':
      return onFirst(system, (id) => stopSandbox(system.operations, adminCaller, { id }, wait));
    case 'forceDelete':
      return onFirst(system, (id) => deleteSandbox(system.operations, adminCaller, { id, force: true }, wait));
    case 'killSlot':
      return kill(system, ['warming', 'warm']);
    case 'killSandbox':
      return kill(system, ['pending', 'running']);
    case 'evict':
      pool.evict(1);
      return Promise.resolve();
    case 'closeSlot':
      return pool.closeSlot(pool.idle()[0]?.id ?? 'none');
    case 'pass':
      return lifecycle.pass();
    case 'refresh':
      return pool.refresh();
    case 'drive':
      return Promise.all(control.containers().map(({ sandboxId }) => lifecycle.drive(sandboxId ?? '')));
    default:
      return step satisfies never;
  }
}

interface Asked {
  readonly wish?: StartWish;
  readonly idempotencyKey?: string;
  readonly reuseKey?: string;
}

async function begin(system: MemoryLifecycle, tenant: string, asked: Asked, noted: Noted, how = wait): Promise<void> {
  const { idempotencyKey = null, reuseKey = null } = asked;
  const request: StartRequest = { wish: { ...asked.wish, env: { WHO: tenant } }, idempotencyKey, reuseKey };
  const quota = { sandboxes: tenant === 'acme' ? QUOTA : null, cpus: null, memoryMb: null };
  const key = idempotencyKey === null ? (reuseKey === null ? null : 'reuse') : 'idempotency';
  try {
    const { row } = await startSandbox(system.operations, { ...adminCaller, tenant, quota }, request, how);
    noted.answered.push({ tenant, id: row.id, key });
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    noted.refused.push(error.code);
  }
}

async function onFirst(system: MemoryLifecycle, act: (id: string) => Promise<unknown>): Promise<void> {
  const id = idsIn(system, ['pending', 'running'])[0];
  if (id === undefined) return;
  await act(id).catch((error: unknown) => {
    if (!isSandboxError(error)) throw error;
  });
}

/** The container of the first row that is in one of these states at this very moment. */
async function kill(system: MemoryLifecycle, states: readonly string[]): Promise<void> {
  const up = system.control.containers().filter(({ status }) => status === 'running');
  const id = idsIn(system, states).find((one) => up.some(({ sandboxId }) => sandboxId === one));
  if (id !== undefined) system.control.killOutside(id);
}

/** As SQL says now: no turn is taken for it. */
function idsIn({ connection }: MemoryLifecycle, states: readonly string[]): readonly string[] {
  const list = sql.join(
    states.map((state) => sql`${state}`),
    sql`, `,
  );
  return connection.db
    .all<{ id: string }>(sql`select id from sandboxes where state in (${list}) order by created_at_ms, id`)
    .map(({ id }) => id);
}

function liveOf({ connection }: MemoryLifecycle, tenant: string): number {
  const ended = sql`('warming', 'warm', 'stopped', 'deleting', 'deleted')`;
  const [row] = connection.db.all<{ n: number }>(
    sql`select count(*) as n from sandboxes where tenant = ${tenant} and state not in ${ended}`,
  );
  return row?.n ?? 0;
}
