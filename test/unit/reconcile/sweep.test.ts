import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containerName } from '../../../src/domain/ids.ts';
import { deleteSandbox } from '../../../src/operations/delete-sandbox.ts';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../../src/operations/stop-sandbox.ts';
import type { ContainerSpec } from '../../../src/ports/container-runtime.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../../support/memory-lifecycle.ts';
import { type ShiftingClock, shiftingClock } from '../../support/shifting-clock.ts';

const GRACE_MS = 60_000;
const wait = { seconds: 10 };

describe('the sweep of containers without a row', () => {
  let clock: ShiftingClock;
  let system: MemoryLifecycle;
  beforeEach(async () => {
    clock = shiftingClock(0.02);
    system = await memoryLifecycle({ clock, orphanGraceMs: GRACE_MS });
  });
  afterEach(() => system.close());

  const start = (id: string) =>
    startSandbox(system.operations, adminCaller, { wish: { id }, idempotencyKey: null }, wait);
  const statuses = () => system.control.containers().map(({ status }) => status);
  /** A container with our labels and name that no row owns. */
  const leave = (id: string, serviceId: string | null = system.serviceId) => {
    const spec: ContainerSpec = {
      ...{ name: containerName(system.serviceId, id), sandboxId: id, tenant: 'acme', image: 'sandglass-base:latest' },
      main: { kind: 'command', command: ['sleep', 'infinity'], env: {}, user: null, workdir: null },
      ...{ runtime: 'runc', network: 'open', address: '10.88.7.7', sudo: true },
      resources: { cpus: 1, memoryMb: 512, diskMb: null, pids: 256 },
    };
    return system.control.addOutside(spec, serviceId, 'running');
  };
  /** Does something between what the pass lists and what it does about it. */
  const duringThePass = async (work: () => Promise<unknown>) => {
    const { list } = system.runtime;
    const runtime: { list: typeof list } = system.runtime;
    runtime.list = async () => {
      const listed = await list();
      await work();
      return listed;
    };
    const report = await system.lifecycle.pass();
    runtime.list = list;
    return report;
  };

  it('27: spares one that is younger than the grace, then removes it, counted', async () => {
    leave('handmade');
    clock.advance(GRACE_MS - 5_000);
    expect(await system.lifecycle.pass()).toMatchObject({ orphansRemoved: 0 });
    expect(statuses()).toEqual(['running']);
    clock.advance(10_000);
    expect(await system.lifecycle.pass()).toMatchObject({ orphansRemoved: 1, errors: [] });
    expect(statuses()).toEqual([]);
    expect(system.corrections).toEqual(['orphan']);
  });

  it('27: never touches one of nobody, or of another installation', async () => {
    leave('a', null);
    leave('b', 'another');
    clock.advance(2 * GRACE_MS);
    expect(await system.lifecycle.pass()).toMatchObject({ orphansRemoved: 0 });
    expect(statuses()).toEqual(['running', 'running']);
  });

  it('I10: spares one that a row has come to want since the rows were read', async () => {
    const containerId = leave('late');
    clock.advance(2 * GRACE_MS);
    const { info } = system.runtime;
    const runtime: { info: typeof info } = system.runtime;
    // The rows are read and the strays are known: now the start takes it over.
    runtime.info = async () => {
      runtime.info = info;
      await start('late');
      return info();
    };
    expect(await system.lifecycle.pass()).toMatchObject({ orphansRemoved: 0, errors: [] });
    const row = await system.store.find('late');
    expect(row?.state).toBe('running');
    const ofRow = system.control.containers().filter(({ id }) => id === row?.containerId);
    expect(ofRow.map(({ status }) => status)).toEqual(['running']);
    expect(ofRow[0]?.id).toBe(containerId);
    expect(system.corrections).toEqual([]);
  });

  it('counts nothing when a delete has removed what the pass had listed', async () => {
    await start('leaving');
    await stopSandbox(system.operations, adminCaller, { id: 'leaving' }, wait);
    clock.advance(2 * GRACE_MS);
    const report = await duringThePass(() =>
      deleteSandbox(system.operations, adminCaller, { id: 'leaving', force: false }, wait),
    );
    expect(report).toMatchObject({ containers: 1, orphansRemoved: 0, errors: [] });
    expect(system.corrections).toEqual([]);
  });
});
