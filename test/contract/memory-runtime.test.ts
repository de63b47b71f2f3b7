import { describe, expect, it } from 'vitest';
import type { ContainerSpec } from '../../src/ports/container-runtime.ts';
import { memoryRuntime } from '../../src/runtime/memory/memory-runtime.ts';
import { memoryWorld } from '../../src/runtime/memory/memory-world.ts';
import { realClock } from '../support/container-runtime/real-clock.ts';
import type { RuntimeUnderTest } from './container-runtime/harness.ts';
import { containerRuntimeSuite } from './container-runtime-suite.ts';

const noSandbox = {
  sandboxId: '',
  tenant: null,
  image: 'anything',
  main: { kind: 'command', command: ['sleep', 'infinity'], env: {}, user: null, workdir: null },
  sudo: false,
  resources: { cpus: 1, memoryMb: 64, diskMb: null, pids: 64 },
  runtime: 'runc',
  network: 'open',
  address: '',
} as const;

async function open(): Promise<RuntimeUnderTest> {
  const world = memoryWorld(realClock);
  const own = memoryRuntime({ serviceId: 'service1', clock: realClock, world });
  const other = memoryRuntime({ serviceId: 'service2', clock: realClock, world });
  return {
    runtime: own.runtime,
    serviceId: 'service1',
    other: other.runtime,
    otherServiceId: 'service2',
    image: 'sandglass-busybox:latest',
    missingImage: 'registry.example/missing:1',
    async makeForeign(name) {
      return own.control.addOutside({ ...noSandbox, name }, null, 'running');
    },
    async killOutside(facts) {
      own.control.killOutside(facts.sandboxId ?? '');
    },
    async putFile({ sandboxId }, path, text) {
      own.control.putFile(sandboxId ?? '', path, text);
    },
    async close() {
      await Promise.all([own.runtime.close(), other.runtime.close()]);
    },
  };
}

containerRuntimeSuite('memoryRuntime', open);

const service = () => memoryRuntime({ serviceId: 'service1', clock: realClock });
const sandbox = { ...noSandbox, sandboxId: 'one', name: 'sandglass-service1-one', address: '10.88.0.9' };

async function startedIn({ runtime }: ReturnType<typeof service>, wanted: ContainerSpec = sandbox) {
  const made = await runtime.create(wanted);
  if (!('facts' in made)) throw new Error(`not made: ${made.outcome}`);
  await runtime.start(made.facts.id);
  return made.facts.id;
}

describe('the control face of memoryRuntime', () => {
  it('ends a container with a code, or by the memory killer', async () => {
    const { runtime, control } = service();
    const id = await startedIn({ runtime, control });
    control.exit('one', { exitCode: 3 });
    expect(await runtime.inspect(id)).toMatchObject({ status: 'exited', exitCode: 3, oomKilled: false });
    await runtime.start(id);
    control.exit('one', { exitCode: 137, oomKilled: true });
    expect(await runtime.inspect(id)).toMatchObject({ exitCode: 137, oomKilled: true });
  });

  it('does what a person does with docker', async () => {
    const { runtime, control } = service();
    const id = await startedIn({ runtime, control });
    control.pauseOutside('one');
    expect((await runtime.inspect(id))?.status).toBe('paused');
    control.unpauseOutside('one');
    control.killOutside('one');
    control.startOutside('one');
    expect((await runtime.inspect(id))?.status).toBe('running');
    control.removeOutside('one');
    expect(await runtime.inspect(id)).toBeUndefined();
    expect(control.containers()).toEqual([]);
  });

  it('fails calls before or after the work, as often as told', async () => {
    const { runtime, control } = service();
    const id = await startedIn({ runtime, control });
    control.failNext('stop', { times: 2 });
    await expect(runtime.stop(id, 1)).rejects.toMatchObject({ code: 'engine_unavailable' });
    await expect(runtime.stop(id, 1)).rejects.toMatchObject({ code: 'engine_unavailable' });
    expect((await runtime.inspect(id))?.status).toBe('running');
    control.failNext('stop', { didHappen: true });
    await expect(runtime.stop(id, 1)).rejects.toMatchObject({ code: 'engine_unavailable' });
    expect((await runtime.inspect(id))?.status).toBe('exited');
    expect(control.count('stop')).toBe(3);
  });

  it('holds a call until it is released', async () => {
    const { runtime, control } = service();
    const release = control.hangNext('list');
    const listing = runtime.list();
    expect(await Promise.race([listing, realClock.sleep(20).then(() => 'held')])).toBe('held');
    release();
    expect(await listing).toEqual([]);
  });

  it('takes the time of a start and of a stop that is not heeded from the clock', async () => {
    const slept: number[] = [];
    const clock = { ...realClock, sleep: async (ms: number) => void slept.push(ms) };
    const made = memoryRuntime({ serviceId: 'service1', clock });
    made.control.delay('start', 90_000);
    const id = await startedIn(made);
    made.control.ignoreTerm('one');
    await made.runtime.stop(id, 10);
    expect(slept).toEqual([90_000, 10_000]);
    expect(await made.runtime.inspect(id)).toMatchObject({ status: 'exited', exitCode: 137 });
  });

  it('breaks streams and refuses calls while the engine is down, and keeps its containers', async () => {
    const { runtime, control } = service();
    const id = await startedIn({ runtime, control });
    const next = runtime.events(new AbortController().signal)[Symbol.asyncIterator]().next();
    await realClock.sleep(5);
    control.goDown();
    await expect(next).rejects.toMatchObject({ code: 'engine_unavailable' });
    await expect(runtime.ping()).rejects.toMatchObject({ code: 'engine_unavailable' });
    control.comeUp();
    expect((await runtime.inspect(id))?.status).toBe('running');
  });

  it('has what was printed as the log, and forgets images until they are pulled', async () => {
    const { runtime, control } = service();
    const id = await startedIn({ runtime, control });
    control.print('one', 'hello world');
    expect(await runtime.logTail(id, 5)).toBe('world');
    control.removeImage('anything');
    expect(await runtime.findImage('anything')).toBeUndefined();
    const pulled = await runtime.pullImage('anything');
    expect(await runtime.findImage('anything')).toBe(pulled);
  });

  it('refuses what a runtime that is declared so cannot do', async () => {
    const { runtime } = memoryRuntime({
      serviceId: 'service1',
      clock: realClock,
      capabilities: { kata: { restart: false, pause: false } },
    });
    expect(await runtime.capabilities('kata')).toEqual({ restart: false, pause: false, quota: true, stats: true });
  });
});
