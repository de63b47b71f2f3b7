import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Api, apiOf, eventually } from '../support/api.ts';
import { containerOf, containersOf, engine, serviceIdOf } from '../support/engine.ts';
import { lifecycleModel } from '../support/lifecycle-model.ts';
import { withRedis } from '../support/live-keys.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const STEPS = 200;
const PLACES = 6;
const CLIENTS = 4;
const SEED = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31);

const acts = [
  'start',
  'stop',
  'stopNow',
  'restart',
  'pause',
  'resume',
  'delete',
  'forceDelete',
  'die',
  'pass',
] as const;
interface Move {
  readonly place: number;
  readonly act: (typeof acts)[number];
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly incarnation: number;
  readonly container_id: string | null;
}

interface Entry {
  readonly sandbox_id: string;
  readonly number: number;
  readonly from_state: string | null;
  readonly to_state: string;
  readonly incarnation: number;
}

describe('a random walk on a real engine', () => {
  let service: ServiceProcess;
  let api: Api;
  let serviceId: string;
  /** A tombstone keeps its id: the place goes on with another one. */
  const generations = Array.from({ length: PLACES }, () => 0);
  beforeAll(async () => {
    service = await startService();
    api = apiOf(service);
    serviceId = serviceIdOf(service.dataDir);
  });
  afterAll(() => service?.dispose());

  it(`32: ${STEPS} steps over ${PLACES} sandboxes by ${CLIENTS} clients keep to the model and the invariants`, {
    timeout: 180_000,
  }, async () => {
    console.info(`random walk on Docker: FAST_CHECK_SEED=${SEED}`);
    const queue = walk().values();
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        for (const move of queue) await make(move);
      }),
    );
    const rows = await eventually('all is at rest', atRest, 30_000);
    expect((await api('POST', '/v1/admin/reconcile')).body).toMatchObject({ orphansRemoved: 0, errors: [] });
    expect(select<Row>('select id, state, incarnation, container_id from sandboxes order by id')).toEqual(rows);
    await expectContainers(rows);
    await expectLiveKeys(rows);
    expectHistory(rows);
    const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text();
    expect(metrics.match(/^sandglass_corrections_total\{.*$/gm) ?? []).toEqual([]);
    expect(rows.length).toBeGreaterThanOrEqual(PLACES);
  });

  async function make({ place, act }: Move): Promise<void> {
    const generation = generations[place];
    const id = `s${place}x${generation}`;
    const answer = await ask(id, act);
    if (answer === undefined) return;
    const what = `${act} of ${id}: ${answer.status} ${JSON.stringify(answer.body)}`;
    // A start may meet the death of its container.
    const isFailedStart = ['start', 'restart'].includes(act) && answer.status === 502;
    if (!isFailedStart) expect([200, 201, 204, 404, 409, 410], what).toContain(answer.status);
    if (answer.status === 204 && generations[place] === generation) generations[place] = (generation ?? 0) + 1;
  }

  async function ask(id: string, act: Move['act']): Promise<Answer | undefined> {
    const path = `/v1/sandboxes/${id}`;
    switch (act) {
      case 'start':
        return api('POST', '/v1/sandboxes', { body: { id, image: 'sandglass-busybox:latest' } });
      case 'stopNow':
        return api('POST', `${path}/stop`, { body: { graceSeconds: 0 } });
      case 'delete':
        return api('DELETE', path);
      case 'forceDelete':
        return api('DELETE', `${path}?force=true`);
      case 'pass':
        return api('POST', '/v1/admin/reconcile');
      case 'die':
        return void (await kill(id));
      default:
        return api('POST', `${path}/${act}`);
    }
  }

  /** What a person does with `docker kill`; none that runs is no harm. */
  async function kill(id: string): Promise<void> {
    const container = await containerOf(serviceId, id);
    if (container === undefined) return;
    await engine
      .getContainer(container.Id)
      .kill()
      .catch(() => undefined);
  }

  function select<T>(sql: string): readonly T[] {
    const database = new Database(join(service.dataDir, 'sandglass.sqlite'), { readonly: true });
    try {
      // Named by the statement.
      return database.prepare(sql).all() as T[];
    } finally {
      database.close();
    }
  }

  async function atRest(): Promise<readonly Row[] | undefined> {
    const rows = select<Row>('select id, state, incarnation, container_id from sandboxes order by id');
    const isAtRest = rows.every(({ state }) => ['running', 'paused', 'stopped', 'deleted'].includes(state));
    const up = (await containersOf(serviceId)).filter(({ State }) => State === 'running' || State === 'paused');
    // The engine may still have to tell of the last death.
    const live = rows.filter(({ state }) => state === 'running' || state === 'paused');
    return isAtRest && up.length === live.length ? rows : undefined;
  }

  /** I1, I2, I3 and I10. */
  async function expectContainers(rows: readonly Row[]): Promise<void> {
    const containers = await containersOf(serviceId);
    const found = containers.map(({ Id, Labels, State }) => [Labels['sandglass.sandbox'], Id, State]).sort();
    const wanted = rows
      .filter(({ state, container_id }) => state !== 'deleted' && container_id !== null)
      .map(({ id, container_id, state }) => [id, container_id, state === 'stopped' ? 'exited' : state]);
    expect(found).toEqual(wanted.sort());
  }

  async function expectLiveKeys(rows: readonly Row[]): Promise<void> {
    const prefix = `sandglass:${serviceId}:live:`;
    const held = await withRedis(service.dataDir, async (redis) => {
      const keys = (await redis.keys(`${prefix}*`)).sort();
      return Promise.all(
        keys.map(async (key) => [key.slice(prefix.length), ...(await redis.hmget(key, 'state', 'incarnation'))]),
      );
    });
    const live = rows.filter(({ state }) => state === 'running' || state === 'paused');
    const plain = held.map((fields) => fields.map((field) => String(field).replaceAll('"', '')));
    expect(plain).toEqual(live.map(({ id, state, incarnation }) => [id, state, String(incarnation)]));
  }

  /** I4, I5 and I7. */
  function expectHistory(rows: readonly Row[]): void {
    const entries = select<Entry>('select * from sandbox_events order by sandbox_id, number');
    // A walk of refusals would prove nothing.
    expect(entries.length).toBeGreaterThan(STEPS / 4);
    for (const row of rows) {
      const own = entries.filter(({ sandbox_id }) => sandbox_id === row.id);
      expect(own.map(({ number }) => number)).toEqual(own.map((_, place) => place + 1));
      expect(own.at(-1)).toMatchObject({ to_state: row.state, incarnation: row.incarnation });
      own.forEach(({ from_state, to_state, incarnation }, place) => {
        expect(from_state).toBe(own[place - 1]?.to_state ?? null);
        expect(incarnation).toBeGreaterThanOrEqual(own[place - 1]?.incarnation ?? 0);
        expect(lifecycleModel[String(from_state)], `${from_state} -> ${to_state}`).toContain(to_state);
      });
    }
  }
});

/** How often each is tried: what most states refuse more often, and deletes rarely. */
const weights: Readonly<Record<Move['act'], number>> = {
  ...{ start: 3, stop: 4, stopNow: 2, restart: 8, pause: 5, resume: 5 },
  ...{ delete: 1, forceDelete: 1, die: 3, pass: 1 },
};

/** The same steps for the same seed; first each place is started. */
function walk(): readonly Move[] {
  const kinds = acts.map((act) => ({ weight: weights[act], arbitrary: fc.constant(act) }));
  const move: fc.Arbitrary<Move> = fc.record({
    place: fc.integer({ min: 0, max: PLACES - 1 }),
    act: fc.oneof(...kinds),
  });
  const starts = Array.from({ length: PLACES }, (_, place): Move => ({ place, act: 'start' }));
  return [...starts, ...fc.sample(move, { seed: SEED, numRuns: STEPS - PLACES })];
}
