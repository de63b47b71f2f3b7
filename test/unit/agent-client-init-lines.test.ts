import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemAccounts } from '../../src/agent/accounts.ts';
import { agentServer } from '../../src/agent/http/agent-server.ts';
import { initLine } from '../../src/agent/http/init-line.ts';
import { initRoute } from '../../src/agent/http/init-route.ts';
import { openSession, sha256 } from '../../src/agent/session.ts';
import { runTaker } from '../../src/agent/take-run.ts';
import { httpAgentClient } from '../../src/agent-client/http-agent-client.ts';
import { initLine as lineOn } from '../../src/agent-client/init-line.ts';
import type { AgentClient, AgentInit } from '../../src/ports/agent-client.ts';
import { systemClock } from '../../src/runtime/host/system-clock.ts';

const SECRET = 'secret';
const cleanUps: (() => unknown)[] = [];
let client: AgentClient;
beforeEach(() => {
  client = httpAgentClient({ clock: systemClock });
  cleanUps.push(() => client.close());
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const never = new AbortController().signal;
const run: AgentInit = {
  ...{ incarnation: 1, createdAtMs: 1, accessToken: 'token', env: { WHO: 'é' }, user: 'root' },
  ...{ workdir: null, command: null },
};
const rehearsal: AgentInit = { ...run, incarnation: 0, env: {} };
const rehearse = (endpoint: string, secret = SECRET) =>
  client.init(endpoint, secret, rehearsal, { patienceMs: 2_000, signal: never });
const claim = (endpoint: string, secret = SECRET, init = run, patienceMs = 2_000) =>
  client.init(endpoint, secret, init, { patienceMs, isUp: true, signal: never });

/** Listens, and counts who connects. */
async function listening(server: Server) {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

/** The agent's own parts of it; `knowsLines`: as an agent of this release, else as of one before. */
async function agent({ knowsLines = true, command = async (): Promise<number | undefined> => undefined } = {}) {
  const etc = mkdtempSync(join(tmpdir(), 'sandglass-etc-'));
  writeFileSync(join(etc, 'passwd'), 'root:x:0:0::/root:/bin/sh\n');
  cleanUps.push(() => rmSync(etc, { recursive: true }));
  const session = openSession();
  const rehearsed: number[] = [];
  const taker = runTaker({
    ...{ session, accounts: systemAccounts(etc), imageEnv: {}, imageUser: '', imageWorkdir: '/' },
    ...{ mainCommand: { pid: undefined, start: command }, onReady: () => undefined, endWith: () => undefined },
    rehearse: async ({ incarnation }) => void rehearsed.push(incarnation),
  });
  const init = { initSecretHash: sha256(SECRET).toString('hex'), taker };
  const upgrades = knowsLines ? [initLine(init)] : [];
  const server = agentServer({ session, routes: [initRoute(init)], upgrades, connect: () => undefined });
  return { ...(await listening(server)), session, rehearsed };
}

describe('a slot', () => {
  it('is claimed on the connection of its rehearsal, which is closed then', async () => {
    const { endpoint, sockets, session, rehearsed } = await agent();
    expect(await rehearse(endpoint)).toMatchObject({ outcome: 'ready' });
    expect(rehearsed).toEqual([0]);
    const before = sockets.length;
    expect(await claim(endpoint)).toMatchObject({ outcome: 'ready', tookMs: expect.any(Number) });
    expect(session.run().init).toEqual(run);
    expect(sockets).toHaveLength(before);
    const [kept] = sockets.slice(-1);
    if (kept !== undefined && !kept.destroyed) await once(kept, 'close');
    // Whoever claims again has no line: the same run is the same answer, another is refused.
    expect(await claim(endpoint)).toMatchObject({ outcome: 'ready' });
    expect(await claim(endpoint, SECRET, { ...run, incarnation: 2 })).toEqual({ outcome: 'other_incarnation' });
    expect(sockets).toHaveLength(before + 2);
  });

  it('tells on the line that its command ended at once', async () => {
    const { endpoint } = await agent({ command: async () => 7 });
    await rehearse(endpoint);
    expect(await claim(endpoint, SECRET, { ...run, command: ['fails'] })).toEqual({
      ...{ outcome: 'refused', exitCode: 7, message: 'Its command ended at once with code 7.' },
    });
  });

  it('of an earlier release knows no lines: rehearsal and claim are posted', async () => {
    const { endpoint, session, rehearsed } = await agent({ knowsLines: false });
    expect(await rehearse(endpoint)).toMatchObject({ outcome: 'ready' });
    expect(await claim(endpoint)).toMatchObject({ outcome: 'ready' });
    expect([rehearsed, session.run().init]).toEqual([[0], run]);
  });

  it('whose line was cut is claimed over another connection', async () => {
    const { endpoint, sockets, session } = await agent();
    await rehearse(endpoint);
    for (const socket of sockets) socket.destroy();
    expect(await claim(endpoint)).toMatchObject({ outcome: 'ready' });
    expect(session.run().init).toEqual(run);
  });

  it('is not claimed on the line of another that had its address: the secret is another', async () => {
    const { endpoint, session } = await agent();
    await rehearse(endpoint);
    await expect(claim(endpoint, 'of another')).rejects.toThrow('401');
    expect(session.run().init).toEqual(rehearsal);
  });

  it('is rehearsed by nobody without the secret', async () => {
    const { endpoint, session } = await agent();
    const given = client.init(endpoint, 'guessed', rehearsal, { patienceMs: 50, signal: never });
    await expect(given).rejects.toThrow('401');
    expect(session.current).toBeUndefined();
  });
});

/** Answers a rehearsal as an agent does, and then does as it is told. */
async function slotThat(onClaim: (socket: Socket) => void) {
  const server = createServer((_, response) => response.writeHead(503, { 'content-length': 0 }).end());
  server.on('upgrade', (_, socket: Socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: sandglass-init\r\n\r\n');
    socket.on('error', () => undefined);
    socket.once('end', () => socket.destroy());
    socket.on('data', (piece) => {
      if (String(piece).includes('"incarnation":0')) socket.write('{"status":200,"body":{"outcome":"ready"}}\n');
      else onClaim(socket);
    });
  });
  const { endpoint, sockets } = await listening(server);
  await rehearse(endpoint);
  return { endpoint, sockets };
}

describe('a claim on a line', () => {
  it('waits no longer than it may, and lets go of the connection', async () => {
    const { endpoint, sockets } = await slotThat(() => undefined);
    await expect(claim(endpoint, SECRET, run, 50)).rejects.toMatchObject({ code: 'agent_unavailable' });
    const [kept] = sockets.slice(-1);
    if (kept !== undefined && !kept.destroyed) await once(kept, 'close');
  });

  it('is posted where the line ends before its answer', async () => {
    const { endpoint, sockets } = await slotThat((socket) => void socket.destroy());
    const before = sockets.length;
    await expect(claim(endpoint)).rejects.toThrow('503');
    expect(sockets).toHaveLength(before + 1);
  });

  it('hears no answer in what is none', async () => {
    const { endpoint } = await slotThat((socket) => socket.write('hello\n'));
    await expect(claim(endpoint)).rejects.toMatchObject({ code: 'agent_unavailable' });
  });

  it('takes an answer that comes in pieces', async () => {
    const { endpoint } = await slotThat(async (socket) => {
      for (const piece of ['{"status":200,"bo', 'dy":{"outcome":"ready","tookMs":3}}', '\n']) {
        socket.write(piece);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    expect(await claim(endpoint)).toEqual({ outcome: 'ready', tookMs: 3 });
  });

  it("rejects with the signal's reason when that aborts", async () => {
    const over = new AbortController();
    const reason = new Error('over');
    const { endpoint } = await slotThat(() => over.abort(reason));
    const asked = client.init(endpoint, SECRET, run, { patienceMs: 2_000, isUp: true, signal: over.signal });
    await expect(asked).rejects.toBe(reason);
  });
});

it('closes the lines that it has kept', async () => {
  const { endpoint, sockets } = await agent();
  await rehearse(endpoint);
  const kept = sockets.filter((socket) => !socket.destroyed);
  await client.close();
  await Promise.all(kept.map((socket) => socket.destroyed || once(socket, 'close')));
  expect(sockets.every((socket) => socket.destroyed)).toBe(true);
});

it('is closed when it is asked for somebody who has gone: nobody else would', async () => {
  const socket = new PassThrough();
  const reason = new Error('over');
  const asked = lineOn(socket).ask(run, { withinMs: 2_000, signal: AbortSignal.abort(reason) });
  await expect(asked).rejects.toBe(reason);
  expect(socket.destroyed).toBe(true);
});
