import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { eventually } from '../../support/api.ts';
import { type ManualClock, manualClock } from '../../support/manual-clock.ts';
import { type ProxyWorld, proxyWorld } from './plane.ts';

let world: ProxyWorld;
let clock: ManualClock;
beforeEach(async () => {
  clock = manualClock();
  world = await proxyWorld({ clock });
  world.put();
});
afterEach(() => world.close());

async function echo() {
  const server = createServer((_, response) => response.end('plain'));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    socket.send(`hello ${request.url} ${request.headers['sec-websocket-protocol'] ?? ''}`);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  return { port: await world.serve(server), sockets };
}

function webSocket(path: string, protocols: string[] = []) {
  return new WebSocket(`ws://127.0.0.1:${world.port}${path}`, protocols);
}

function switching(port: number, more = '', method = 'GET'): string {
  return `${method} / HTTP/1.1\r\nHost: ${port}-abc.example\r\nConnection: Upgrade\r\nUpgrade: raw\r\n${more}\r\n`;
}

describe('a WebSocket', () => {
  it('carries text and bytes both ways, as large as they are', async () => {
    const { port } = await echo();
    const socket = webSocket(`/sandbox/abc/${port}/chat?x=1`);
    expect(String((await once(socket, 'message'))[0])).toBe('hello /chat?x=1 ');
    socket.send('text');
    expect(String((await once(socket, 'message'))[0])).toBe('text');
    const large = Buffer.alloc(4 << 20, 7);
    socket.send(large);
    expect(large.equals((await once(socket, 'message'))[0])).toBe(true);
    socket.close(1000, 'done');
    const [code, reason] = await once(socket, 'close');
    expect([code, String(reason)]).toEqual([1000, 'done']);
    await eventually('it is over', async () => world.outcomes.includes('path served'));
  });

  it('does not show our key to the program', async () => {
    const { port } = await echo();
    const socket = webSocket(`/sandbox/abc/${port}/`, [`sandglass.key.e2b_${'a'.repeat(40)}`, 'chat']);
    expect(String((await once(socket, 'message'))[0])).toBe('hello / chat');
    socket.terminate();
  });

  it('ends at once with its sandbox, and with the service', async () => {
    const { port } = await echo();
    for (const end of [() => world.put({ state: 'stopping' }), () => world.plane.endEndless()]) {
      world.put();
      const socket = webSocket(`/sandbox/abc/${port}/`);
      await once(socket, 'message');
      end();
      expect((await once(socket, 'close'))[0]).toBe(1006);
    }
  });

  it('whose client is gone is gone inside', async () => {
    const { port, sockets } = await echo();
    const socket = webSocket(`/sandbox/abc/${port}/`);
    await once(socket, 'message');
    socket.terminate();
    await eventually('it is gone', async () => sockets.clients.size === 0);
  });
});

describe('another protocol', () => {
  it('passes bytes sent ahead, and each half of the end by itself', async () => {
    const server = createServer();
    server.on('upgrade', (_, socket, head) => {
      socket.write('HTTP/1.1 101 Changed\r\nConnection: Upgrade\r\nUpgrade: raw\r\nX-Own: 1\r\n\r\nahead');
      let got = String(head);
      socket.on('data', (chunk) => {
        got += chunk;
      });
      socket.on('end', () => socket.end(` got ${got}`));
    });
    const port = await world.serve(server);
    const socket = world.open(`${switching(port)}early`);
    const answer = text(socket);
    await eventually('it is switched', async () => socket.bytesRead > 0);
    socket.end(' late');
    expect(await answer).toBe(
      'HTTP/1.1 101 Changed\r\nX-Own: 1\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\nahead got early late',
    );
  });

  it('that the program refuses ends the connection: what follows is not read', async () => {
    const paths: string[] = [];
    const port = await world.serve((request, response) => {
      paths.push(request.url ?? '');
      response.writeHead(426).end('not here');
    });
    const answer = await world.raw(`${switching(port)}GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 426 Upgrade Required\r\n/);
    expect(answer).toMatch(/Connection: close\r\n/);
    expect(answer).toContain('not here');
    expect(paths).toEqual(['/']);
  });

  it('is refused like any request', async () => {
    expect(await world.raw(switching(9))).toMatch(/^HTTP\/1.1 502 .*port_closed/s);
    world.put({ state: 'stopped' });
    expect(await world.raw(switching(9))).toMatch(/^HTTP\/1.1 502 .*sandbox_not_running/s);
    const twice = switching(9).replace('Host', 'Host: 8-abc.example\r\nHost');
    expect(await world.raw(twice)).toMatch(/^HTTP\/1.1 400 /);
  });

  it('is not heeded for HTTP/2, with a body, or outside of sandboxes', async () => {
    const port = await world.serve(async (request, response) =>
      response.end(`${request.method} ${await text(request)} ${request.headers.upgrade}`),
    );
    const close = 'Connection: close\r\n';
    expect(await world.raw(switching(port, close).replace('raw', 'h2c'))).toMatch(/GET {2}undefined/);
    const body = `${switching(port, `${close}Content-Length: 4\r\n`, 'POST')}body`;
    expect(await world.raw(body)).toMatch(/POST body undefined/);
    expect(await world.raw(body.replace(`${port}-abc.example`, 'api'))).toMatch(/api POST \/ body$/);
  });

  it('stalls like any stream when its reader takes nothing', async () => {
    const server = createServer();
    let isClosed = false;
    let isPouring = false;
    server.on('upgrade', (_, socket) => {
      isPouring = true;
      socket.write('HTTP/1.1 101 Ok\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n');
      socket.on('error', () => undefined);
      socket.on('close', () => {
        isClosed = true;
      });
      const pour = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
      };
      socket.on('drain', pour);
      pour();
    });
    const port = await world.serve(server);
    world.open(switching(port));
    await eventually('it pours', async () => isPouring);
    await eventually('it is cut', async () => {
      await clock.advance(12_000);
      return isClosed;
    });
    await eventually('it is told', async () => world.outcomes.includes('host stalled'));
  });
});
