import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, eventually } from '../support/api.ts';
import { type CrashingService, crashingService } from '../support/crash/crashing-service.ts';
import { containersOf, serviceIdOf } from '../support/engine.ts';
import { type PoolProbe, poolProbe, QUICK } from '../support/pool-service.ts';

const FLOOR = 2;
/** A restart, which a reuse of a stopped sandbox is, dies at all its points elsewhere: here where claims differ. */
const OF_REUSE = /RESTART_REQUESTED|agent\.init/;

interface Operation {
  readonly name: string;
  readonly before: (service: CrashingService, name: string) => Promise<unknown>;
  readonly body: (name: string) => object;
  readonly points: (point: string) => boolean;
  /** Incarnation that it ends in. */
  readonly incarnation: number;
}

const start = (service: CrashingService, name: string, body: object): Promise<Answer> =>
  service.api('POST', '/v1/sandboxes', {
    body: { ...body, env: { WHO: name } },
    headers: { 'idempotency-key': name },
  });

const operations: readonly Operation[] = [
  { name: 'claim', before: async () => {}, body: () => ({}), points: () => true, incarnation: 1 },
  {
    ...{ name: 'reuse', body: (name) => ({ reuseKey: name }), points: (point) => OF_REUSE.test(point), incarnation: 2 },
    async before(service, name) {
      const body = { reuseKey: name, env: { WHO: name } };
      const first = await service.api('POST', '/v1/sandboxes', { body });
      await service.api('POST', `/v1/sandboxes/${first.body.id}/stop`, { body: { graceSeconds: 0 } });
    },
  },
];

describe('kill -9 of the service at every point of a claim and of a reuse, on a real engine', () => {
  let service: CrashingService;
  const table: string[] = [];
  let counter = 0;
  beforeAll(async () => {
    service = await crashingService({ ...QUICK, SANDGLASS_POOL: `base=${FLOOR}`, CRASH_POINTS: 'of claims' });
  });
  afterAll(() => service?.dispose());
  const probe = (): PoolProbe => poolProbe({ ...service, url: '', adminUrl: '', adminKey: '' }, service.api);

  const attempt = async (operation: Operation, point: string | null): Promise<string> => {
    counter += 1;
    const name = `${operation.name}${counter}`;
    await operation.before(service, name);
    await probe().full(1);
    await service.arm(point);
    await start(service, name, operation.body(name)).catch(() => undefined);
    return name;
  };

  /** The client that never got an answer asks again. */
  const check = async (operation: Operation, point: string, name: string): Promise<void> => {
    const durable = probe()
      .rows()
      .filter(({ tenant, state }) => tenant !== null && state !== 'deleting');
    expect(durable.length, `rows of the client after ${point}`).toBeLessThanOrEqual(1);
    const { body } = await start(service, name, operation.body(name));
    expect(body, `after ${point}`).toMatchObject({ state: 'running', incarnation: operation.incarnation });
    for (const { id } of durable) expect(body.id, `found after ${point}`).toBe(id);
    expect(await probe().said(body.id, 'echo $WHO'), `who the agent serves after ${point}`).toBe(name);
    await service.api('DELETE', `/v1/sandboxes/${body.id}?force=true`);
  };

  it.each(operations)('$name', { timeout: 120_000 }, async (operation) => {
    await service.reboot();
    const first = await attempt(operation, null);
    const points = (await service.list()).filter(operation.points);
    await check(operation, 'no point', first);
    expect(points.length).toBeGreaterThan(2);
    for (const point of points) {
      const name = await attempt(operation, point);
      await eventually(`death at ${point}`, async () => !service.isAlive(), 3_000);
      await service.reboot();
      await check(operation, point, name);
    }
    table.push(`${operation.name.padEnd(6)} ${points.length} points: ${points.join(', ')}`);
  });

  it('leaves nothing behind', async () => {
    console.info(`\ncrash points of claims, real engine\n${table.join('\n')}`);
    expect(table).toHaveLength(operations.length);
    await probe().full(FLOOR);
    await probe().agree();
    const containers = await containersOf(serviceIdOf(service.dataDir));
    expect(containers.length, 'slots, one too many at most').toBeLessThanOrEqual(FLOOR + 1);
  });
});
