import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerRuntime } from '../../src/ports/container-runtime.ts';
import { type Bench, useBench } from '../contract/container-runtime/harness.ts';
import { type FaultyEngine, faultyEngine, type Rule } from '../support/container-runtime/faulty-engine.ts';
import { openRealEngine, realRuntime } from '../support/container-runtime/real-engine.ts';

const unavailable = { code: 'engine_unavailable' };
const deadlines = {
  read: 300,
  create: 1_000,
  start: 1_500,
  freeze: 500,
  update: 500,
  stop: 500,
  kill: 1_000,
  remove: 2_000,
  ping: 200,
};

async function timed(act: () => Promise<unknown>): Promise<{ readonly ms: number; readonly error: unknown }> {
  const startedMs = performance.now();
  const error = await act().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { ms: performance.now() - startedMs, error };
}

describe('an engine that cannot be reached', () => {
  it('is engine_unavailable within milliseconds when nothing listens', async () => {
    const runtime = realRuntime({ dockerHost: 'unix:///nonexistent/docker.sock' });
    for (const call of [() => runtime.ping(), () => runtime.list(), () => runtime.start('x'), () => runtime.list()]) {
      const { ms, error } = await timed(call);
      expect(error).toMatchObject(unavailable);
      expect(ms).toBeLessThan(100);
    }
    await runtime.close();
  });
});

describe('an engine behind a bad line', () => {
  const bench = useBench(() => openRealEngine());
  let engine: FaultyEngine;
  let runtime: ContainerRuntime;
  const calls: string[] = [];
  beforeAll(async () => {
    engine = await faultyEngine();
    const onCall = (call: string, outcome: string) => calls.push(`${call} ${outcome}`);
    runtime = realRuntime({ dockerHost: engine.dockerHost, serviceId: bench().serviceId, deadlines, onCall });
    await runtime.prepare();
  });
  afterEach(() => engine.treat(() => 'pass'));
  afterAll(async () => {
    await runtime.close();
    await engine.close();
  });
  /** Treats the first request that matches, and lets the rest pass. */
  const once = (matches: RegExp, treatment: ReturnType<Rule>): Rule => {
    let isSpent = false;
    return (method, path) => {
      if (isSpent || !matches.test(`${method} ${path}`)) return 'pass';
      isSpent = true;
      return treatment;
    };
  };

  it('is bounded by the deadline once, then refused within milliseconds, and used again when it answers', async () => {
    engine.treat(() => 'silence');
    const first = await timed(() => runtime.list());
    expect(first.error).toMatchObject(unavailable);
    expect(first.ms).toBeLessThan(deadlines.read + 200);
    await expect(runtime.list()).rejects.toMatchObject(unavailable);
    const refused = await timed(() =>
      Promise.all([runtime.list(), runtime.inspect('x'), runtime.create(bench().spec())]),
    );
    expect(refused.error).toMatchObject(unavailable);
    expect(refused.ms).toBeLessThan(50);
    engine.treat(() => 'pass');
    await expect
      .poll(
        () =>
          runtime.list().then(
            () => 'answered',
            () => 'not yet',
          ),
        { timeout: 3_000 },
      )
      .toBe('answered');
    expect(calls).toContain('list unavailable');
    expect(calls.at(-1)).toBe('list ok');
  });

  it('lets the other containers be served while the calls for one are never answered', async () => {
    const wedged = await bench().created();
    const other = await bench().created();
    engine.treat((method, path) => (method === 'POST' && path.includes(wedged.id) ? 'silence' : 'pass'));
    const starting = timed(() => runtime.start(wedged.id));
    await runtime.start(other.id);
    expect(await starting).toMatchObject({ error: unavailable });
    await runtime.stop(other.id, 0);
    await expect(runtime.start(wedged.id)).rejects.toMatchObject(unavailable);
    expect(await runtime.list()).not.toHaveLength(0);
  });

  it('finds the container whose creation was never answered', async () => {
    const wanted = bench().spec();
    engine.treat(once(/POST .*\/containers\/create/, 'lose'));
    expect(await runtime.create(wanted)).toMatchObject({ outcome: 'adopted', facts: { name: wanted.name } });
  });

  it('makes the container whose creation the engine never heard of', async () => {
    const wanted = bench().spec();
    engine.treat(once(/POST .*\/containers\/create/, 'silence'));
    expect(await runtime.create(wanted)).toMatchObject({ outcome: 'created', facts: { name: wanted.name } });
  });

  const losses: readonly {
    verb: string;
    path: RegExp;
    act(bench: Bench, id: string): Promise<void>;
    status: string;
  }[] = [
    { verb: 'start', path: /\/start/, act: (_, id) => runtime.start(id), status: 'running' },
    {
      verb: 'stop',
      path: /\/stop/,
      act: ({ runtime: real }, id) => real.start(id).then(() => runtime.stop(id, 0)),
      status: 'exited',
    },
    {
      verb: 'kill',
      path: /\/kill/,
      act: ({ runtime: real }, id) => real.start(id).then(() => runtime.kill(id)),
      status: 'exited',
    },
    {
      verb: 'pause',
      path: /\/pause/,
      act: ({ runtime: real }, id) => real.start(id).then(() => runtime.pause(id)),
      status: 'paused',
    },
  ];
  it.each(losses)('takes a $verb whose answer was lost for done when it was done', async ({ path, act, status }) => {
    const { id } = await bench().created();
    engine.treat(once(path, 'lose'));
    await act(bench(), id);
    expect(await bench().until(id, (facts) => facts.status === status)).toMatchObject({ status });
  });

  it('removes a container though the answer was lost, and waits for a removal under way', async () => {
    const [one, two] = [await bench().created(), await bench().created()];
    engine.treat(once(/DELETE/, 'lose'));
    await runtime.remove(one.id);
    expect(await bench().runtime.inspect(one.id)).toBeUndefined();
    engine.treat(once(/DELETE/, { status: 409, message: `removal of container ${two.id} is already in progress` }));
    const removing = runtime.remove(two.id);
    await bench().runtime.remove(two.id);
    await removing;
  });

  it('never reports a container removed that the engine refuses to remove', async () => {
    const { id } = await bench().created();
    engine.treat(once(/DELETE/, { status: 500, message: 'driver "overlay2" failed to remove root filesystem' }));
    await expect(runtime.remove(id)).rejects.toMatchObject({ code: 'start_failed', message: /failed to remove root/ });
    engine.treat(once(/DELETE/, 'silence'));
    await expect(runtime.remove(id)).rejects.toMatchObject(unavailable);
    expect(await bench().runtime.inspect(id)).toBeDefined();
  });

  it('says disk_full when the engine has no space', async () => {
    engine.treat(once(/POST .*\/containers\/create/, { status: 500, message: 'mkdir x: no space left on device' }));
    await expect(runtime.create(bench().spec())).rejects.toMatchObject({ code: 'disk_full' });
  });

  it('takes trouble of the daemon for unknown, not for an answer', async () => {
    const { id } = await bench().created();
    const words = 'connection error: desc = "transport: Error while dialing dial unix /run/containerd/containerd.sock"';
    engine.treat(once(/\/start/, { status: 500, message: words }));
    await expect(runtime.start(id)).rejects.toMatchObject(unavailable);
  });

  it('starts a container whose network was removed while it stood, at its address', async () => {
    const { id, address } = await bench().created();
    engine.treat(once(/\/start/, { status: 404, message: 'network 0123abcd not found' }));
    await runtime.start(id);
    expect(await bench().facts(id)).toMatchObject({ status: 'running', address });
  });

  it('refuses to start a container that a broken move left without a network', async () => {
    const { id } = await bench().created();
    const address = runtime.addressAt('closed', 60_001) ?? '';
    engine.treat(once(/\/connect/, 'silence'));
    await expect(runtime.moveAddress(id, 'closed', address)).rejects.toMatchObject(unavailable);
    await expect(runtime.start(id)).rejects.toMatchObject({ code: 'conflict', details: { reason: 'address_in_use' } });
    await runtime.moveAddress(id, 'closed', address);
    await runtime.start(id);
    expect(await bench().facts(id)).toMatchObject({ status: 'running', address });
  });

  it('keeps the image of a template where the engine does not let go of older ones', async () => {
    const template = `test-${bench().serviceId.slice(0, 8)}`;
    engine.treat(once(/GET .*\/images\/json/, { status: 403, message: 'the socket proxy does not pass this call on' }));
    await runtime.keepImage(template, 'sandglass-busybox:latest');
    await runtime.releaseImages(template);
  });

  it('survives that every kept connection is cut between two calls', async () => {
    await runtime.list();
    engine.cut();
    expect(await runtime.inspect('nobody')).toBeUndefined();
  });
});

describe('a stop on a real engine', () => {
  const bench = useBench(() => openRealEngine());

  it('is ended early by a kill', async () => {
    const { runtime, started, facts } = bench();
    const { id } = await started({ command: ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'] });
    const stopping = timed(() => runtime.stop(id, 60));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await runtime.kill(id);
    expect(await stopping).toMatchObject({ error: undefined });
    expect((await stopping).ms).toBeLessThan(5_000);
    expect(await facts(id)).toMatchObject({ status: 'exited', exitCode: 137 });
  });

  it('takes the grace and no more of a command that ignores SIGTERM', async () => {
    const { runtime, started, facts } = bench();
    const { id } = await started({ command: ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'] });
    const { ms } = await timed(() => runtime.stop(id, 1));
    expect(ms).toBeGreaterThan(900);
    expect(ms).toBeLessThan(5_000);
    expect(await facts(id)).toMatchObject({ status: 'exited', exitCode: 137, oomKilled: false });
  });
});
