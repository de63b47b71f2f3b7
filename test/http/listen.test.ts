import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAdminApp } from '../../src/http/admin-app.ts';
import { blockedPeers } from '../../src/http/blocked-peers.ts';
import { type Listener, listen } from '../../src/http/listen.ts';
import { countedFeed } from '../support/counted-feed.ts';
import { eventReader } from '../support/event-reader.ts';
import { until } from '../support/live-store/real-clock.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;
let listener: Listener;
let listeners = 0;
const open: Listener[] = [];
const count = (by: number) => {
  listeners += by;
};

async function listening(blockedSubnets: readonly string[] = [], fetch = service.app.fetch): Promise<Listener> {
  const one = await listen({ fetch, host: '127.0.0.1', port: 0, blockedSubnets });
  open.push(one);
  return one;
}

beforeAll(async () => {
  service = await memoryService({ operations: ({ feed }) => ({ feed: countedFeed(feed, count) }) });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close(100)));
});
afterAll(() => service.close());

function url(path: string): string {
  return `http://127.0.0.1:${listener.port}${path}`;
}

function asAlice(headers: Readonly<Record<string, string>> = {}) {
  return { headers: { 'x-api-key': service.alice.secret, ...headers } };
}

/** Sends bytes and answers with all that comes back until the other side ends. */
async function raw(text: string): Promise<string> {
  const socket = connect(listener.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

describe('a caller who goes away', () => {
  it('ends the wait of a call, and the work goes on', async () => {
    listener = await listening();
    const release = service.control.hangNext('create');
    const leaving = new AbortController();
    const asked = fetch(url('/v1/sandboxes'), {
      ...asAlice({ 'content-type': 'application/json' }),
      method: 'POST',
      body: '{"id":"left"}',
      signal: leaving.signal,
    });
    await until('it is waited for', () => listeners === 1);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await until('nobody waits', () => listeners === 0);
    release();
    expect((await service.alice.get('/v1/sandboxes/left?wait=running')).view().state).toBe('running');
  });

  it('ends a long poll', async () => {
    listener = await listening();
    const { id } = await service.alice.start();
    const leaving = new AbortController();
    const asked = fetch(url(`/v1/sandboxes/${id}?wait=stopped`), { ...asAlice(), signal: leaving.signal });
    await until('it is waited for', () => listeners === 1);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await until('nobody waits', () => listeners === 0);
  });

  it('ends an event stream, a hundred killed hard at once too', async () => {
    listener = await listening();
    const request = `GET /v1/events HTTP/1.1\r\nHost: x\r\nX-API-Key: ${service.alice.secret}\r\n\r\n`;
    const sockets = Array.from({ length: 100 }, (): Socket => {
      const socket = connect(listener.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(request);
      socket.resume();
      return socket;
    });
    await until('all are followed', () => listeners === 100);
    for (const socket of sockets) socket.resetAndDestroy();
    await until('nobody listens', () => listeners === 0);
  });
});

describe('an event stream', () => {
  it('sends its headers at once and each event as it happens', async () => {
    listener = await listening();
    const response = await fetch(url('/v1/events'), asAlice());
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reader = eventReader(response.body);
    const { id } = await service.alice.start();
    expect((await reader.take(2)).map(({ data }) => [data.id, data.state])).toEqual([
      [id, 'pending'],
      [id, 'running'],
    ]);
    await reader.leave();
  });

  it('holds a bounded number of events for a reader who takes none', async () => {
    listener = await listening();
    const { id } = await service.alice.start({ labels: { filler: 'x'.repeat(256) } });
    const response = await fetch(url('/v1/events'), asAlice());
    for (let i = 0; i < 20; i += 1) {
      await service.alice.post(`/v1/sandboxes/${id}/pause`);
      await service.alice.post(`/v1/sandboxes/${id}/resume`);
    }
    const numbers = (await eventReader(response.body).take(80)).map(({ data }) => data.transition?.number);
    expect(numbers).toEqual(Array.from({ length: 80 }, (_, i) => i + 3));
  });
});

describe('close', () => {
  it('ends event streams and idle connections at once, and lets an answer come to its end', async () => {
    listener = await listening();
    await (await fetch(url('/healthz'))).text();
    const idle = connect(listener.port, '127.0.0.1');
    await once(idle, 'connect');
    const stream = eventReader((await fetch(url('/v1/events'), asAlice())).body);
    const release = service.control.hangNext('create');
    const asked = fetch(url('/v1/sandboxes'), { ...asAlice(), method: 'POST' });
    await until('both are there', () => listeners === 2);
    const beganMs = performance.now();
    const closed = listener.close(5_000);
    await stream.ended();
    await once(idle, 'close');
    expect(performance.now() - beganMs).toBeLessThan(1_000);
    await expect(fetch(url('/healthz'))).rejects.toThrow();
    release();
    expect((await asked).status).toBe(201);
    await closed;
    expect(performance.now() - beganMs).toBeLessThan(2_000);
    await until('nobody listens', () => listeners === 0);
  });

  it('is bounded, whatever hangs', async () => {
    listener = await listening();
    const { id } = await service.alice.start();
    const asked = fetch(url(`/v1/sandboxes/${id}?wait=stopped`), asAlice());
    asked.catch(() => undefined);
    await until('it is waited for', () => listeners === 1);
    const beganMs = performance.now();
    await listener.close(100);
    expect(performance.now() - beganMs).toBeLessThan(1_500);
    await expect(asked).rejects.toThrow();
  });
});

describe('peers in a blocked subnet', () => {
  it('are cut off before a byte of theirs is read', async () => {
    listener = await listening(['127.0.0.0/8']);
    expect(await raw('GET /cut-off HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('');
    expect(service.log.lines.some(({ text }) => text.includes('cut-off'))).toBe(false);
    expect(service.requests.some(({ route }) => route === 'unmatched')).toBe(false);
  });

  it('are known in every form of their address', () => {
    const isBlocked = blockedPeers(['10.213.0.0/16', 'fd00::/8']);
    const addresses = [
      '10.213.4.5',
      '::ffff:10.213.4.5',
      'fd00::1',
      '10.214.0.1',
      '::ffff:10.214.0.1',
      '127.0.0.1',
      '::1',
    ];
    expect(addresses.map((remoteAddress) => isBlocked({ remoteAddress }))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(isBlocked({ remoteAddress: undefined })).toBe(false);
  });
});

describe('what is no request', () => {
  it.each([
    ['no HTTP', 'rubbish\r\n\r\n', 400],
    ['a header that is none', 'GET /healthz HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n', 400],
    ['headers beyond 16 KiB', `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['a backslash in the path', 'GET /v1\\..\\x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
    ['a host that is none', 'GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', 400],
    ['an address that is none', 'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
  ])('is refused: %s', async (_name, text, status) => {
    listener = await listening();
    expect(await raw(text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect((await fetch(url('/healthz'))).status).toBe(200);
  });

  it.each([
    ['declared', 'Content-Length: 10000000'],
    ['not declared', 'Transfer-Encoding: chunked'],
  ])('a body of 10 MB whose length is %s is 413, and is not waited for', async (_name, length) => {
    listener = await listening();
    const head = `POST /v1/sandboxes HTTP/1.1\r\nHost: x\r\nX-API-Key: ${service.alice.secret}\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;
    const body = length.startsWith('T') ? `1fffff\r\n${'x'.repeat(0x1fffff)}\r\n` : 'x'.repeat(2_000_000);
    expect(await raw(head + body)).toMatch(/^HTTP\/1.1 413 /);
  });
});

describe('an address that is taken', () => {
  it('is told', async () => {
    listener = await listening();
    const again = listen({ fetch: service.app.fetch, host: '127.0.0.1', port: listener.port, blockedSubnets: [] });
    await expect(again).rejects.toThrow(/EADDRINUSE/);
  });
});

describe('the admin listener', () => {
  it('serves the metrics', async () => {
    const app = createAdminApp({ metricsText: async () => 'up 1\n' });
    listener = await listening([], app.fetch);
    const response = await fetch(url('/metrics'));
    expect([response.status, await response.text()]).toEqual([200, 'up 1\n']);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect((await fetch(url('/v1/sandboxes'))).status).toBe(404);
  });
});
