import { describe, expect, it } from 'vitest';
import type { StartWish } from '../../../src/domain/spec.ts';
import { pauseSandbox } from '../../../src/operations/pause-sandbox.ts';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../../src/operations/stop-sandbox.ts';
import { eventually } from '../../support/api.ts';
import { bootAfter, type DyingProcess, dyingProcess } from '../../support/crash/memory-crash.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../../support/memory-lifecycle.ts';
import { testFloor } from '../../support/rows.ts';
import { shiftingClock } from '../../support/shifting-clock.ts';
import { slotsOf } from '../../support/slots-of.ts';

const FLOOR = 1;
/** Points that change something: those between two of them see the same world. */
const CHANGES =
  /^(store\.(create|replace|rememberIdempotency|takeAddress)|live\.(seed|patch|evict)|engine\.(create|start|unpause|remove|update)|agent\.init)\b/;
const SETTLE_MS = 30;
const wait = { seconds: 5 };
const floors = [testFloor(FLOOR)];

/** A start as a client asks for it, and asks again when it heard nothing: with both keys that it may have. */
const claim = (system: MemoryLifecycle, wish: StartWish = {}, tenant = 'acme', seconds = wait.seconds) =>
  startSandbox(
    system.operations,
    { ...adminCaller, tenant },
    { wish: { ...wish, env: { WHO: tenant } }, idempotencyKey: 'once', reuseKey: null },
    { seconds },
  );
const reuse = (system: MemoryLifecycle) =>
  startSandbox(
    system.operations,
    { ...adminCaller, tenant: 'acme' },
    { wish: { env: { WHO: 'acme' } }, idempotencyKey: 'once', reuseKey: 'mine' },
    wait,
  );
/** The sandbox with the reuse key, made by a request of its own. */
const first = (system: MemoryLifecycle) =>
  startSandbox(
    system.operations,
    { ...adminCaller, tenant: 'acme' },
    { wish: { env: { WHO: 'acme' } }, idempotencyKey: null, reuseKey: 'mine' },
    wait,
  );

interface Operation {
  readonly name: string;
  readonly before: (system: MemoryLifecycle) => Promise<unknown>;
  readonly run: (system: MemoryLifecycle) => Promise<{ readonly row: { readonly id: string } }>;
  /** Whether the sandbox of before is the answer; another one where it is not. */
  readonly finds?: boolean;
}

const bigger = { resources: { memoryMb: 1_024 } };
const killSlots = ({ control, pool }: MemoryLifecycle) => {
  control.cutEvents();
  for (const { id } of pool.idle()) control.killOutside(id);
};
const operations: readonly Operation[] = [
  { name: 'claim', before: async () => {}, run: (system) => claim(system) },
  { name: 'claim without a wait', before: async () => {}, run: (system) => claim(system, {}, 'acme', 0) },
  { name: 'claim with other limits', before: async () => {}, run: (system) => claim(system, bigger) },
  { name: 'claim of a dead slot', before: async (system) => killSlots(system), run: (system) => claim(system) },
  {
    ...{ name: 'reuse of what runs', before: first, finds: true },
    run: reuse,
  },
  {
    ...{ name: 'reuse of what is paused', finds: true },
    before: async (system) => pauseSandbox(system.operations, adminCaller, (await first(system)).row.id, wait),
    run: reuse,
  },
  {
    ...{ name: 'reuse of what is stopped', finds: true },
    before: async (system) => stopSandbox(system.operations, adminCaller, { id: (await first(system)).row.id }, wait),
    run: reuse,
  },
  {
    ...{ name: 'reuse of what has lost its container', finds: false },
    async before(system) {
      const { id } = (await first(system)).row;
      system.control.removeOutside(id);
      await eventually('it is lost', async () => (await system.store.find(id))?.reason?.code === 'container_lost');
    },
    run: reuse,
  },
];

/** Who each agent heard of, over all processes: one tenant at most. */
interface Heard {
  readonly byEndpoint: Map<string, Set<string>>;
  readonly onInit: (endpoint: string, run: { readonly env: Readonly<Record<string, string>> }) => void;
}

function hearing(): Heard {
  const byEndpoint = new Map<string, Set<string>>();
  return {
    byEndpoint,
    onInit(endpoint, { env }) {
      const who = byEndpoint.get(endpoint) ?? new Set();
      if (env['WHO'] !== undefined) who.add(env['WHO']);
      byEndpoint.set(endpoint, who);
    },
  };
}

const isFull = (system: MemoryLifecycle) =>
  eventually('the floor is warm', async () => system.pool.idle().length === FLOOR);

async function die(operation: Operation, at: number | null) {
  const clock = shiftingClock(0.02);
  const dying: DyingProcess = dyingProcess();
  const heard = hearing();
  const system = await memoryLifecycle({ clock, floors, faultPoint: dying.faultPoint, onInit: heard.onInit });
  await system.lifecycle.boot();
  await system.pool.begin();
  await isFull(system);
  await operation.before(system);
  if (operation.name.startsWith('reuse')) await isFull(system);
  const before = (await system.bare.store.findReusable('acme', 'mine'))?.id;
  dying.arm(at);
  const ran = operation.run(system).then(
    () => 'ended' as const,
    () => 'ended' as const,
  );
  const died = dying.died.then(() => 'died' as const);
  const one = await Promise.race([ran, died]);
  const settling = new Promise<'ended'>((resolve) => setTimeout(() => resolve('ended'), SETTLE_MS));
  const outcome = one === 'ended' ? await Promise.race([died, settling]) : one;
  return { system, clock, dying, heard, outcome, before };
}

async function check(operation: Operation, point: string, dead: Awaited<ReturnType<typeof die>>): Promise<void> {
  const { clock, heard, before } = dead;
  const next = await bootAfter(dead.system, { clock, floors, orphanGraceMs: 0, onInit: heard.onInit });
  try {
    await next.pool.begin();
    // The client that never got an answer asks again.
    const { row } = await operation.run(next);
    await eventually(
      `${operation.name} at ${point}: runs`,
      async () => (await next.store.find(row.id))?.state === 'running',
    );
    if (operation.finds === true) expect(row.id, `found after ${point}`).toBe(before);
    if (operation.finds === false) expect(row.id, `lost, after ${point}`).not.toBe(before);
    expect(await owned(next, 'acme'), `sandboxes of the client after ${point}`).toEqual([row.id]);
    const other = (await claim(next, {}, 'globex')).row;
    expect(other.id, `of another tenant after ${point}`).not.toBe(row.id);
    await isFull(next);
    await next.lifecycle.pass();
    await expectOneEach(next, point);
    for (const [endpoint, tenants] of heard.byEndpoint) {
      expect(tenants.size, `I11: tenants that ${endpoint} heard, after ${point}`).toBeLessThanOrEqual(1);
    }
  } finally {
    await next.close();
  }
}

/** What a tenant has, without what has ended. */
async function owned({ store }: MemoryLifecycle, tenant: string): Promise<readonly string[]> {
  const live = await store.inStates(['pending', 'running', 'pausing', 'paused', 'resuming', 'stopping'], null, 100);
  const rows = await Promise.all(live.map(({ id }) => store.find(id)));
  return rows.filter((row) => row?.tenant === tenant).map((row) => row?.id ?? '');
}

/** Row and container agree, one each, and memory knows every warm row and no other. */
async function expectOneEach(system: MemoryLifecycle, point: string): Promise<void> {
  const { control, store } = system;
  const up = control.containers().filter(({ status }) => status === 'running');
  const rows = await store.inStates(['warming', 'warm', 'running'], null, 100);
  const recorded = await Promise.all(rows.map(async ({ id }) => `${id} ${(await store.find(id))?.containerId}`));
  expect(up.map(({ id, sandboxId }) => `${sandboxId} ${id}`).sort(), `containers after ${point}`).toEqual(
    recorded.sort(),
  );
  const slots = await slotsOf(system);
  expect(slots.served, `ready after ${point}`).toEqual(slots.rows);
}

describe('a process that dies at any point of a claim or a reuse', () => {
  const table: string[] = [];
  it.each(operations)('$name: the next one finds the truth', { timeout: 60_000 }, async (operation) => {
    const whole = await die(operation, null);
    await whole.system.close();
    const points = [...whole.dying.passed];
    if (operation.name !== 'reuse of what runs') {
      expect(points.filter((point) => point.startsWith('store.replace')).length, points.join()).toBeGreaterThan(1);
    }
    for (const [at, point] of points.entries()) {
      // A claim is tried at every point; what a reuse does besides was tried with resume, restart and start.
      if (operation.finds !== undefined && !CHANGES.test(point)) continue;
      const run = await die(operation, at);
      if (run.outcome === 'ended') await run.system.close();
      else await check(operation, run.dying.passed.at(-1) ?? point, run);
    }
    table.push(`${operation.name}: ${points.length} points`);
  });

  it('prints what was tried', () => {
    expect(table).toHaveLength(operations.length);
    console.info(`\ncrash points of claims, memory engine\n${table.join('\n')}`);
  });
});
