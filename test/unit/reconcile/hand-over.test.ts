import { afterEach, describe, expect, it } from 'vitest';
import { restartSandbox } from '../../../src/operations/restart-sandbox.ts';
import { startSandbox } from '../../../src/operations/start-sandbox.ts';
import { stopSandbox } from '../../../src/operations/stop-sandbox.ts';
import { eventually } from '../../support/api.ts';
import { adminCaller, type MemoryLifecycle, memoryLifecycle } from '../../support/memory-lifecycle.ts';
import { testFloor } from '../../support/rows.ts';

const wait = { seconds: 5 };
const open: MemoryLifecycle[] = [];
afterEach(async () => {
  for (const system of open.splice(0)) await system.close();
});

async function bootedSystem(): Promise<MemoryLifecycle> {
  const system = await memoryLifecycle();
  open.push(system);
  await system.lifecycle.boot();
  return system;
}

const start = ({ operations }: MemoryLifecycle, wish = {}) =>
  startSandbox(operations, adminCaller, { wish, idempotencyKey: null }, wait);

describe('handing a run over to the agent', () => {
  it('records which agent a sandbox has, and where it answers', async () => {
    const system = await bootedSystem();
    const { row } = await start(system);
    expect(row).toMatchObject({ state: 'running', agentVersion: 'memory', agentEndpoint: `${row.address}:49983` });
  });

  it('asks the engine while an agent is silent, and starts when it answers', async () => {
    const system = await bootedSystem();
    const release = system.world.faults.hangNext('agentInit');
    const started = start(system);
    await eventually('the agent is asked', async () => system.world.faults.count('agentInit') === 1);
    expect((await system.store.find((await firstId(system)) ?? ''))?.state).toBe('pending');
    release();
    expect((await started).row.state).toBe('running');
  });

  it('fails the start with the end of the container when that dies before its agent answers', async () => {
    const system = await bootedSystem();
    const release = system.world.faults.hangNext('agentInit');
    const started = start(system).catch((error: unknown) => error);
    await eventually('the agent is asked', async () => system.world.faults.count('agentInit') === 1);
    system.control.killOutside((await firstId(system)) ?? '');
    release();
    expect(await started).toMatchObject({ code: 'start_failed', details: { exitCode: 137 } });
  });

  it('starts a container anew that somebody else had started, and gives it the new run', async () => {
    const system = await bootedSystem();
    const { row } = await start(system);
    await stopSandbox(system.operations, adminCaller, { id: row.id }, wait);
    const container = [...system.world.containers.values()].find(({ spec }) => spec.sandboxId === row.id);
    await system.bare.runtime.start(container?.id ?? '');
    if (container !== undefined) container.initiated = { incarnation: 1, createdAtMs: row.createdAtMs };
    const restarted = await restartSandbox(system.operations, adminCaller, { id: row.id }, wait);
    expect(restarted.row).toMatchObject({ state: 'running', incarnation: 2 });
    expect(container?.initiated?.incarnation).toBe(2);
  });

  it('removes the container of a slot that serves somebody already, as after a restored database', async () => {
    const system = await memoryLifecycle({ floors: [testFloor(1)] });
    open.push(system);
    await system.lifecycle.boot();
    const release = system.world.faults.hangNext('agentInit');
    const began = system.pool.begin();
    await eventually('the agent is asked', async () => system.world.faults.count('agentInit') === 1);
    const [container] = [...system.world.containers.values()];
    if (container !== undefined) container.initiated = { incarnation: 1, createdAtMs: 1 };
    release();
    await began;
    await eventually('it is gone', async () => !system.world.containers.has(container?.id ?? ''));
  });

  it('tells the code of a command that ends at once', async () => {
    const system = await bootedSystem();
    const failed = start(system, { command: ['sh', '-c', 'exit 7'] });
    await expect(failed).rejects.toMatchObject({ code: 'start_failed', details: { exitCode: 7 } });
  });
});

async function firstId({ store }: MemoryLifecycle): Promise<string | undefined> {
  return (await store.inStates(['pending'], null, 1))[0]?.id;
}
