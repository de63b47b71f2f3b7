import { describe, expect, it } from 'vitest';
import { eventsDuring, useBench } from '../contract/container-runtime/harness.ts';
import { faultyEngine } from '../support/container-runtime/faulty-engine.ts';
import { docker, openRealEngine, realRuntime } from '../support/container-runtime/real-engine.ts';

const HOG = 'x=a; while :; do x=$x$x; done';

describe('the log of a container on a real engine', () => {
  const bench = useBench(() => openRealEngine());

  it('has both streams, while it runs and when it has ended', async () => {
    const { runtime, started, until } = bench();
    const { id } = await started({ command: ['sh', '-c', 'echo to out; echo to err >&2; sleep 1; echo bye'] });
    await expect.poll(() => runtime.logTail(id, 4096)).toMatch(/to out\n/);
    await until(id, ({ status }) => status === 'exited');
    const log = await runtime.logTail(id, 4096);
    expect(log.split('\n').sort()).toEqual(['', 'bye', 'to err', 'to out']);
  });

  it('is the end of it, cut to the bytes asked for and to whole characters', async () => {
    const { runtime, started, until } = bench();
    const { id } = await started({ command: ['sh', '-c', 'seq 1 20000; echo "größe €€€€"'] });
    await until(id, ({ status }) => status === 'exited');
    expect(await runtime.logTail(id, 4096)).toMatch(/19999\n20000\ngröße €€€€\n$/);
    expect(await runtime.logTail(id, 9)).toBe('€€\n');
    expect(Buffer.byteLength(await runtime.logTail(id, 100))).toBeLessThanOrEqual(100);
    expect(await runtime.logTail(id, 0)).toBe('');
  });

  it('is empty for a container that has never run', async () => {
    const { runtime, created } = bench();
    expect(await runtime.logTail((await created()).id, 4096)).toBe('');
  });
});

describe('the events of a real engine', () => {
  const bench = useBench(() => openRealEngine());

  it('tell of a process inside that was killed for memory while the sandbox lives on', async () => {
    const { runtime, started, facts } = bench();
    const { id, sandboxId } = await started();
    const seen = await eventsDuring(
      runtime,
      async () => {
        await docker('exec', id, 'sh', '-c', HOG).catch(() => 'killed');
      },
      (events) => events.length > 0,
    );
    expect(seen[0]).toEqual({ action: 'oom', sandboxId, containerId: id });
    expect((await facts(id)).status).toBe('running');
  });

  it('tell of a main process that was killed for memory', async () => {
    const { runtime, created } = bench();
    const { id } = await created({ command: ['sh', '-c', HOG] });
    const seen = await eventsDuring(
      runtime,
      () => runtime.start(id),
      (events) => events.at(-1)?.action === 'die',
    );
    expect(seen.map(({ action }) => action).sort()).toEqual(['die', 'oom', 'start']);
  });

  it('leave no connection behind when the listener goes, by signal or by itself', async () => {
    const engine = await faultyEngine();
    const runtime = realRuntime({ dockerHost: engine.dockerHost });
    try {
      await runtime.ping();
      const before = engine.openSockets();
      for (let round = 0; round < 5; round++) {
        const listener = new AbortController();
        const streams = Array.from({ length: 4 }, () => runtime.events(listener.signal)[Symbol.asyncIterator]());
        const waiting = streams.map((stream) => stream.next());
        await expect.poll(() => engine.openSockets()).toBeGreaterThanOrEqual(4);
        listener.abort();
        expect(await Promise.all(waiting)).toEqual(waiting.map(() => ({ done: true, value: undefined })));
      }
      await expect.poll(() => engine.openSockets()).toBeLessThanOrEqual(before);
    } finally {
      await runtime.close();
      await engine.close();
    }
  });

  it('break with engine_unavailable when the engine goes away, and come again when it is back', async () => {
    const engine = await faultyEngine();
    const { serviceId, started } = bench();
    const runtime = realRuntime({ dockerHost: engine.dockerHost, serviceId });
    try {
      const next = runtime.events(new AbortController().signal)[Symbol.asyncIterator]().next();
      await expect.poll(() => engine.requests.some((line) => line.includes('/events'))).toBe(true);
      engine.cut();
      await expect(next).rejects.toMatchObject({ code: 'engine_unavailable' });
      const isStart = (events: readonly { action: string }[]) => events.at(-1)?.action === 'start';
      const seen = await eventsDuring(runtime, async () => void (await started()), isStart);
      expect(seen).toHaveLength(1);
    } finally {
      await runtime.close();
      await engine.close();
    }
  });
});
