import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/api.ts';
import { type ManualClock, manualClock } from '../../support/manual-clock.ts';
import { START_MS } from '../../support/rows.ts';
import { type PlaneOptions, type ProxyWorld, proxyWorld } from './plane.ts';

let world: ProxyWorld;
let clock: ManualClock;
let resumed: string[];

afterEach(() => world.close());

async function start(options: PlaneOptions = {}) {
  clock = manualClock();
  resumed = [];
  world = await proxyWorld({
    clock,
    resume: async (id, { put }) => {
      resumed.push(id);
      put({ state: 'resuming', autoResume: true });
      await Promise.resolve();
      put({ autoResume: true });
    },
    ...options,
  });
  return world.serve((_, response) => response.end('inside'));
}

function get(port: number, path = '/', headers: Readonly<Record<string, string>> = {}) {
  return fetch(world.url + path, {
    headers: { 'e2b-sandbox-id': 'abc', 'e2b-sandbox-port': String(port), ...headers },
  });
}

const NOT_RUNNING = { sandboxId: 'abc', message: 'The sandbox was not found', code: 502 };

async function expectNotRunning(answer: Response) {
  expect([answer.status, answer.headers.get('x-sandglass-error')]).toEqual([502, 'sandbox_not_running']);
  expect(await answer.json()).toEqual(NOT_RUNNING);
}

describe('a sandbox that does not run', () => {
  it('is 502, never 404, whatever state it is in', async () => {
    const port = await start();
    await expectNotRunning(await get(port));
    for (const state of ['stopping', 'stopped', 'deleting', 'deleted', 'pausing', 'paused'] as const) {
      world.put({ state });
      await expectNotRunning(await get(port));
    }
    world.put({ state: 'stopped', autoResume: true });
    await expectNotRunning(await get(port));
    expect(resumed).toEqual([]);
  });

  it('is 502 from the instant at which it has to stop', async () => {
    const port = await start();
    world.put({ stopAtMs: START_MS + 1_000 });
    expect(await (await get(port)).text()).toBe('inside');
    clock.jump(1_000);
    await expectNotRunning(await get(port));
  });

  it('is waited for while it comes up, for ten seconds', async () => {
    const port = await start();
    for (const state of ['pending', 'resuming'] as const) {
      world.put({ state });
      const served = get(port);
      await eventually('it waits', async () => world.finds.length > 0);
      world.put();
      expect(await (await served).text()).toBe('inside');
      world.put({ state });
      let late: Response | undefined;
      void get(port).then((answer) => {
        late = answer;
      });
      await eventually('the time is over', async () => {
        await clock.advance(2_000);
        return late !== undefined;
      });
      if (late !== undefined) await expectNotRunning(late);
    }
  });

  it('is no longer waited for by a client who left', async () => {
    const port = await start();
    world.put({ state: 'pending' });
    const leaving = new AbortController();
    const asked = fetch(world.url, {
      headers: { 'e2b-sandbox-id': 'abc', 'e2b-sandbox-port': String(port) },
      signal: leaving.signal,
    });
    await eventually('it waits', async () => world.finds.length > 0);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await eventually('it is over', async () => world.outcomes.length === 1);
  });
});

describe('a paused sandbox that traffic resumes', () => {
  it('is resumed once by many, then serves them all', async () => {
    const port = await start();
    world.put({ state: 'paused', autoResume: true });
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(port)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(resumed).toEqual(['abc']);
  });

  it('is resumed at its agent by its token or its signature only, and never by a look at its health', async () => {
    await start();
    await world.serve((_, response) => response.end('agent'), 49983);
    world.put({ state: 'paused', autoResume: true });
    const token = world.tokens.accessToken('abc');
    await expectNotRunning(await get(49983, '/files?path=a'));
    await expectNotRunning(await get(49983, '/files?path=a', { 'x-access-token': 'wrong' }));
    await expectNotRunning(await get(49983, '/health', { 'x-access-token': token }));
    expect(resumed).toEqual([]);
    expect(await (await get(49983, '/files?path=a', { 'x-access-token': token })).text()).toBe('agent');
    expect(resumed).toEqual(['abc']);
  });

  it('is not resumed by traffic without the token that its ports need', async () => {
    const port = await start();
    world.put({ state: 'paused', autoResume: true }, { allowPublicTraffic: false });
    expect((await get(port)).status).toBe(403);
    expect(resumed).toEqual([]);
  });

  it('is waited for while it is being paused', async () => {
    const port = await start();
    world.put({ state: 'pausing', autoResume: true });
    const served = get(port);
    await eventually('it waits', async () => world.finds.length > 0);
    world.put({ state: 'paused', autoResume: true });
    expect(await (await served).text()).toBe('inside');
    expect(resumed).toEqual(['abc']);
  });

  it('is 502 when it cannot be resumed', async () => {
    const port = await start({ resume: () => Promise.reject(new Error('no engine')) });
    world.put({ state: 'paused', autoResume: true });
    const answer = await get(port);
    expect([answer.status, answer.headers.get('x-sandglass-error')]).toEqual([502, 'resume_failed']);
  });
});

describe('the end of a run', () => {
  it.each(['stopping', 'deleting'] as const)('cuts its streams and sockets at once: %s', async (state) => {
    const port = await start();
    let closed = 0;
    const streaming = await world.serve((_, response) => {
      response.on('close', () => {
        closed += 1;
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
    });
    world.put();
    await (await get(port)).text();
    const answer = await get(streaming);
    const reader = answer.body?.getReader();
    await reader?.read();
    world.put({ state });
    await expect(reader?.read()).rejects.toThrow();
    await eventually('the inside is cut', async () => closed === 1);
    await eventually('it is told', async () => world.outcomes.includes('header cut'));
  });

  it('answers 502 to those who have no answer yet', async () => {
    await start();
    let asked = 0;
    const silent = await world.serve(() => {
      asked += 1;
    });
    world.put();
    const waiting = get(silent);
    await eventually('it is asked', async () => asked === 1);
    world.put({ state: 'stopping' });
    await expectNotRunning(await waiting);
  });

  it('never shows the next run what the last one said', async () => {
    await start();
    const sockets: string[] = [];
    const port = await world.serve((request, response) => {
      sockets.push(String(request.socket.remotePort));
      response.end();
    });
    for (const incarnation of [1, 1, 2]) {
      world.put({ incarnation });
      await (await get(port)).text();
    }
    expect(sockets[1]).toBe(sockets[0]);
    expect(sockets[2]).not.toBe(sockets[1]);
  });

  it('is no pause: streams go on after it', async () => {
    await start();
    let send = (_: string): unknown => undefined;
    const port = await world.serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      send = (event) => response.write(event);
    });
    world.put();
    const reader = (await get(port)).body?.getReader();
    for (const state of ['pausing', 'paused', 'resuming', 'running'] as const) world.put({ state });
    send('data: 1\n\n');
    expect(Buffer.from((await reader?.read())?.value ?? '').toString()).toBe('data: 1\n\n');
  });
});

describe('a shutdown', () => {
  it('ends streams at once', async () => {
    await start();
    const port = await world.serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n'),
    );
    world.put();
    const socket = world.open(`GET / HTTP/1.1\r\nHost: ${port}-abc.example\r\n\r\n`);
    await once(socket, 'data');
    world.plane.endEndless();
    await once(socket.resume(), 'end');
    socket.destroy();
  });
});
