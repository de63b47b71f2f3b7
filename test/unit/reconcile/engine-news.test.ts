import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteSandbox } from '../../../src/operations/delete-sandbox.ts';
import { pauseSandbox } from '../../../src/operations/pause-sandbox.ts';
import { restartSandbox } from '../../../src/operations/restart-sandbox.ts';
import { resumeSandbox } from '../../../src/operations/resume-sandbox.ts';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../../src/operations/stop-sandbox.ts';
import { eventually } from '../../support/api.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../../support/memory-lifecycle.ts';

const wait = { seconds: 10 };
const noWait = { seconds: 0 };

describe('news of the engine that is old, wrong or missing', () => {
  let system: MemoryLifecycle;
  beforeEach(async () => {
    system = await memoryLifecycle();
  });
  afterEach(() => system.close());

  const start = async () => {
    const request = { wish: {}, idempotencyKey: null };
    return (await startSandbox(system.operations, adminCaller, request, wait)).row;
  };
  const row = async (id: string) => {
    const found = await system.store.find(id);
    if (found === undefined) throw new Error(`no row ${id}`);
    return found;
  };
  const reaches = (id: string, state: string) =>
    eventually(`${id} ${state}`, async () => (await row(id)).state === state);

  it('28: a container that vanishes between list and inspect is told as lost, and the rest is still reconciled', async () => {
    const vanishing = await start();
    const others = [await start(), await start(), await start()];
    // Nobody listens to events here: only the pass can find out.
    for (const { id } of [vanishing, ...others]) system.control.killOutside(id);
    const { list } = system.runtime;
    const runtime: { list: typeof list } = system.runtime;
    runtime.list = async () => {
      const listed = await list();
      system.control.removeOutside(vanishing.id);
      return listed;
    };
    const report = await system.lifecycle.pass();
    runtime.list = list;
    expect(report).toMatchObject({ containers: 4, looked: 4, errors: [] });
    expect(await row(vanishing.id)).toMatchObject({ state: 'stopped', reason: { code: 'container_lost' } });
    for (const { id } of others) expect(await row(id)).toMatchObject({ state: 'stopped', reason: { code: 'crashed' } });
  });

  it('28: an inspect that fails leaves that one as it is, and the rest is still reconciled', async () => {
    const rows = [await start(), await start(), await start()];
    for (const { id } of rows) system.control.killOutside(id);
    system.control.failNext('inspect');
    const report = await system.lifecycle.pass();
    expect(report?.errors).toHaveLength(1);
    const unknown = report?.errors[0]?.id;
    for (const { id } of rows) expect((await row(id)).state).toBe(id === unknown ? 'running' : 'stopped');
    await system.lifecycle.pass();
    for (const { id } of rows) expect(await row(id)).toMatchObject({ state: 'stopped', reason: { code: 'crashed' } });
  });

  it('41: the exit of the run before, told after a restart, stops nothing', async () => {
    await system.lifecycle.boot();
    const first = await start();
    await stopSandbox(system.operations, adminCaller, { id: first.id }, wait);
    const { row: second } = await restartSandbox(system.operations, adminCaller, { id: first.id }, wait);
    expect(second).toMatchObject({ state: 'running', incarnation: 2 });
    const looks = system.control.count('inspect');
    const containerId = second.containerId ?? '';
    for (const action of ['die', 'destroy', 'start'] as const) {
      system.control.emit({ action, sandboxId: first.id, containerId });
    }
    await eventually('looked', async () => system.control.count('inspect') >= looks + 3);
    const late = await system.lifecycle.applyEvent(
      first.id,
      {
        type: 'CONTAINER_EXITED',
        containerStartedAt: first.containerStartedAt ?? '',
        end: { exitCode: 143, signal: 'SIGTERM', oomKilled: false, logTail: null },
        isAfterEngineLoss: false,
      },
      { actor: 'system' },
    );
    expect(late.outcome).toBe('refused');
    expect(await row(first.id)).toMatchObject({ state: 'running', incarnation: 2, version: second.version });
    expect(system.control.containers().map(({ status }) => status)).toEqual(['running']);
    expect(system.corrections).toEqual([]);
  });

  describe('42: while a call of the engine hangs', () => {
    const requests = {
      stop: (id: string) => stopSandbox(system.operations, adminCaller, { id }, noWait),
      'force delete': (id: string) => deleteSandbox(system.operations, adminCaller, { id, force: true }, noWait),
    };
    const ends = { stop: 'stopped', 'force delete': 'deleted' } as const;
    const cases = (['pausing', 'resuming'] as const).flatMap((state) =>
      (['stop', 'force delete'] as const).map((request) => [request, state] as const),
    );

    it.each(cases)('a %s during %s is accepted at once and in the end done', async (request, state) => {
      await system.lifecycle.boot();
      const { id } = await start();
      const other = await start();
      if (state === 'resuming') await pauseSandbox(system.operations, adminCaller, id, wait);
      const open = system.control.hangNext(state === 'pausing' ? 'pause' : 'unpause');
      if (state === 'pausing') await pauseSandbox(system.operations, adminCaller, id, noWait);
      else await resumeSandbox(system.operations, adminCaller, { id }, noWait);
      expect((await row(id)).state).toBe(state);
      expect((await requests[request](id)).row.state).toBe('stopping');
      expect((await stopSandbox(system.operations, adminCaller, { id: other.id }, wait)).row.state).toBe('stopped');
      expect((await row(id)).state).toBe('stopping');
      open();
      await reaches(id, ends[request]);
      const left = system.control.containers().filter(({ sandboxId }) => sandboxId === id);
      expect(left.map(({ status }) => status)).toEqual(request === 'stop' ? ['exited'] : []);
      expect((await row(id)).reason?.code).toBe('requested');
    });
  });
});
