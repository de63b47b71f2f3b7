import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpAgentClient } from '../../src/agent-client/http-agent-client.ts';
import type { AgentClient, AgentInit } from '../../src/ports/agent-client.ts';
import { systemClock } from '../../src/runtime/host/system-clock.ts';

/** An agent that takes everything; connections in the order in which they brought their first call. */
let server: Server;
let endpoint: string;
let calls: { readonly incarnation: number; readonly connection: number }[];
let connections: Socket[];
let client: AgentClient;
let reacts: boolean;

beforeEach(async () => {
  [calls, connections, reacts] = [[], [], true];
  server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += String(piece);
    if (!connections.includes(request.socket)) connections.push(request.socket);
    calls.push({ incarnation: JSON.parse(text).incarnation, connection: connections.indexOf(request.socket) });
    const answer = '{"outcome":"ready"}';
    if (reacts) response.setHeader('content-length', answer.length).end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  endpoint = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  client = httpAgentClient({ clock: systemClock });
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

const never = new AbortController().signal;
const run = (incarnation: number): AgentInit => ({
  ...{ incarnation, accessToken: 'token', env: {}, user: null, workdir: null, command: null },
});
const rehearse = () => client.init(endpoint, 'secret', run(0), { patienceMs: 5_000, signal: never });
const claim = (patienceMs = 5_000) =>
  client.init(endpoint, 'secret', run(1), { patienceMs, isUp: true, signal: never });

describe('a claim of a slot', () => {
  it('goes over the connection of its rehearsal, which nobody uses again', async () => {
    await rehearse();
    expect(await claim()).toEqual({ outcome: 'ready' });
    expect(await claim()).toEqual({ outcome: 'ready' });
    expect(calls).toEqual([
      { incarnation: 0, connection: 0 },
      { incarnation: 1, connection: 0 },
      { incarnation: 1, connection: 1 },
    ]);
  });

  it('goes over a new one where the agent has closed that one', async () => {
    await rehearse();
    connections[0]?.resetAndDestroy();
    expect(await claim()).toEqual({ outcome: 'ready' });
    expect(calls).toEqual([
      { incarnation: 0, connection: 0 },
      { incarnation: 1, connection: 1 },
    ]);
  });

  it('is silent after its patience, asked once, where the agent of that connection says nothing', async () => {
    await rehearse();
    reacts = false;
    await expect(claim(50)).rejects.toMatchObject({ code: 'agent_unavailable' });
    expect(calls).toHaveLength(2);
  });

  it('leaves one connection for each endpoint, and none when the client is closed', async () => {
    await rehearse();
    const [first] = connections;
    await rehearse();
    if (first?.destroyed === false) await once(first, 'close');
    const [, second] = connections;
    await client.close();
    if (second?.destroyed === false) await once(second, 'close');
  });
});
