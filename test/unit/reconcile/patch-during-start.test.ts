import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SandboxError } from '../../../src/domain/errors.ts';
import { patchSandbox } from '../../../src/operations/patch-sandbox.ts';
import { pauseSandbox } from '../../../src/operations/pause-sandbox.ts';
import { restartSandbox } from '../../../src/operations/restart-sandbox.ts';
import { resumeSandbox } from '../../../src/operations/resume-sandbox.ts';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../../src/operations/stop-sandbox.ts';
import { eventually } from '../../support/api.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../../support/memory-lifecycle.ts';
import { shiftingClock } from '../../support/shifting-clock.ts';

let system: MemoryLifecycle;
beforeEach(async () => {
  system = await memoryLifecycle({ clock: shiftingClock(0.02) });
  await system.lifecycle.boot();
});
afterEach(() => system.close());

const patient = { seconds: 30 };
const soon = { seconds: 0 };
const bigger = { memoryMb: 1_024, cpus: 2, pids: 99 };
const start = (wait = patient) =>
  startSandbox(system.operations, adminCaller, { wish: {}, idempotencyKey: null }, wait);
const resize = (id: string) =>
  patchSandbox(system.operations, adminCaller, id, { lifetime: {}, labels: {}, resources: bigger });
const containers = () => system.control.containers();
const settled = (id: string) =>
  eventually('the start has its end', async () => {
    const row = await system.store.find(id);
    return row?.state === 'running' || row?.state === 'stopped' ? row : undefined;
  });
const isAsked = (verb: 'create' | 'start' | 'agentInit' | 'pause' | 'unpause', times: number) =>
  eventually(`${verb} is asked`, async () => system.control.count(verb) === times);

describe('resources patched during a start', () => {
  it.each(['create', 'start', 'agentInit'] as const)('reach its container: at %s', async (verb) => {
    const release = system.control.hangNext(verb);
    const { row } = await start(soon);
    await isAsked(verb, 1);
    await resize(row.id);
    release();
    expect(await settled(row.id)).toMatchObject({ state: 'running', resources: bigger, owesResources: false });
    expect(containers()).toMatchObject([{ status: 'running', resources: bigger }]);
    expect(system.control.count('start')).toBe(1);
  });

  it.each(['start', 'agentInit'] as const)('reach the container of a restart: at %s', async (verb) => {
    const { row } = await start();
    await stopSandbox(system.operations, adminCaller, { id: row.id }, patient);
    const release = system.control.hangNext(verb);
    await restartSandbox(system.operations, adminCaller, { id: row.id }, soon);
    await isAsked(verb, 2);
    await resize(row.id);
    release();
    expect(await settled(row.id)).toMatchObject({ state: 'running', incarnation: 2, resources: bigger });
    expect(containers()).toMatchObject([{ id: row.containerId, status: 'running', resources: bigger }]);
    expect(system.control.count('start')).toBe(2);
  });

  it('fail the start where the engine refuses them, and a restart tries again', async () => {
    const release = system.control.hangNext('agentInit');
    system.control.failNext('update', { error: new SandboxError('start_failed', 'The engine could not: no.') });
    const { row } = await start(soon);
    await isAsked('agentInit', 1);
    await resize(row.id);
    release();
    const reason = { code: 'start_failed', message: 'The engine could not: no.' };
    expect(await settled(row.id)).toMatchObject({ state: 'stopped', reason });
    await restartSandbox(system.operations, adminCaller, { id: row.id }, patient);
    expect(containers()).toMatchObject([{ status: 'running', resources: bigger }]);
  });

  it('ask nothing more of the engine where they are what it has', async () => {
    const release = system.control.hangNext('agentInit');
    const { row } = await start(soon);
    await isAsked('agentInit', 1);
    const same = { lifetime: {}, labels: { a: 'b' }, resources: row.resources };
    await patchSandbox(system.operations, adminCaller, row.id, same);
    release();
    expect(await settled(row.id)).toMatchObject({ state: 'running', labels: { a: 'b' } });
    expect([system.control.count('update'), system.control.count('agentInit')]).toEqual([0, 1]);
  });
});

describe('a patch of resources while it', () => {
  it.each(['pause', 'unpause'] as const)('%ss reaches its container at once', async (verb) => {
    const { row } = await start();
    const pause = (wait = patient) => pauseSandbox(system.operations, adminCaller, row.id, wait);
    if (verb === 'unpause') await pause();
    const release = system.control.hangNext(verb);
    if (verb === 'pause') await pause(soon);
    else await resumeSandbox(system.operations, adminCaller, { id: row.id }, soon);
    await isAsked(verb, 1);
    await resize(row.id);
    expect(containers()).toMatchObject([{ resources: bigger }]);
    release();
  });
});
