import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { tunnel } from '../../../src/agent/tunnel.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { type ProxyWorld, proxyWorld } from './plane.ts';

let world: ProxyWorld;
let agent: Server;
let inside: Server;
let tokens: (string | undefined)[];

/** An engine elsewhere: the agent's port is published under another number, and the agent leads to the other ports. */
beforeEach(async () => {
  tokens = [];
  agent = createServer((request, response) => response.end(`agent ${request.url}`));
  agent.on('connect', (request, socket, head) => {
    tokens.push(request.headers['x-access-token'] as string | undefined);
    tunnel(request, socket, head);
  });
  inside = createServer((request, response) =>
    response.end(`inside ${request.url} ${request.headers['x-access-token']}`),
  );
  new WebSocketServer({ server: inside }).on('connection', (socket) => socket.send('hello'));
  for (const server of [agent, inside]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  world = await proxyWorld();
  world.put({ address: '10.213.0.9', agentEndpoint: `127.0.0.1:${(agent.address() as AddressInfo).port}` });
});
afterEach(async () => {
  await world.close();
  for (const server of [agent, inside]) {
    server.closeAllConnections();
    server.close();
  }
});

function ask(port: number, path: string) {
  return fetch(world.url + path, { headers: { 'e2b-sandbox-id': 'abc', 'e2b-sandbox-port': String(port) } });
}

describe('a sandbox on an engine elsewhere', () => {
  it('is reached at its agent by the published port, at all others through the agent', async () => {
    const { port } = inside.address() as AddressInfo;
    expect(await (await ask(49983, '/health')).text()).toBe('agent /health');
    expect(await (await ask(port, '/a')).text()).toBe('inside /a undefined');
    expect(await (await ask(port, '/b')).text()).toBe('inside /b undefined');
    expect(tokens).toEqual([world.tokens.accessToken('abc')]);
    const socket = new WebSocket(`ws://127.0.0.1:${world.port}/sandbox/abc/${port}/`);
    expect(String((await once(socket, 'message'))[0])).toBe('hello');
    socket.terminate();
  });

  it('is 502 where nothing listens inside', async () => {
    const answer = await ask(9, '/');
    expect([answer.status, answer.headers.get('x-sandglass-error')]).toEqual([502, 'port_closed']);
  });

  it('is 502 when its agent refuses', async () => {
    agent.removeAllListeners('connect');
    agent.on('connect', (_, socket) => socket.end('HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n'));
    const answer = await ask(80, '/');
    expect([answer.status, answer.headers.get('x-sandglass-error')]).toEqual([502, 'upstream_failed']);
  });
});

it('gives up after the limit on an agent that takes the connection and says nothing', async () => {
  const clock = manualClock();
  const slow = await proxyWorld({ clock });
  const silent = createTcp();
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  slow.put({ address: '10.213.0.9', agentEndpoint: `127.0.0.1:${port}` });
  const taken = once(silent, 'connection');
  const asked = fetch(slow.url, { headers: { 'e2b-sandbox-id': 'abc', 'e2b-sandbox-port': '80' } });
  await taken;
  await clock.advance(10_000);
  expect([(await asked).status, (await asked).headers.get('x-sandglass-error')]).toEqual([504, 'connect_timeout']);
  silent.close();
  await slow.close();
});
