import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/api.ts';
import { type ManualClock, manualClock } from '../../support/manual-clock.ts';
import { type ProxyWorld, proxyWorld } from './plane.ts';

let world: ProxyWorld;
let clock: ManualClock;
afterEach(() => world.close());

async function start() {
  clock = manualClock();
  world = await proxyWorld({ clock, stallMs: 120_000 });
  world.put();
}

const get = (port: number) => `GET / HTTP/1.1\r\nHost: ${port}-abc.example\r\n\r\n`;

/** A program that sends for ever; says how much it got rid of. */
async function fountain() {
  const sent = { bytes: 0, isClosed: false };
  const port = await world.serve((_, response) => {
    const chunk = Buffer.alloc(65_536);
    const source = new Readable({
      read() {
        sent.bytes += chunk.length;
        this.push(chunk);
      },
    });
    response.on('close', () => {
      sent.isClosed = true;
      source.destroy();
    });
    source.pipe(response);
  });
  return { sent, port };
}

/** Until nothing moves any more. */
async function settled(sent: { bytes: number }) {
  await eventually('it stands still', async () => {
    const before = sent.bytes;
    for (let i = 0; i < 20; i += 1) await nextTurn();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return sent.bytes === before && before > 0;
  });
}

describe('a reader who takes nothing', () => {
  it('holds no memory: the program waits', async () => {
    await start();
    const { sent, port } = await fountain();
    const rssBefore = process.memoryUsage().rss;
    const socket = world.open(get(port));
    await settled(sent);
    // Both sockets' buffers in the kernel, and what two streams may hold.
    expect(sent.bytes).toBeLessThan(24 << 20);
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(48 << 20);
    socket.destroy();
    await eventually('the program is told', async () => sent.isClosed);
  });

  it('is cut off after the stall limit, and not before', async () => {
    await start();
    const { sent, port } = await fountain();
    world.open(get(port));
    await settled(sent);
    for (let i = 0; i < 9; i += 1) await clock.advance(12_000);
    expect(sent.isClosed).toBe(false);
    for (let i = 0; i < 3; i += 1) await clock.advance(12_000);
    await eventually('it is cut', async () => sent.isClosed && world.outcomes.includes('host stalled'));
  });

  it('does not grow older while the sandbox is paused', async () => {
    await start();
    const { sent, port } = await fountain();
    world.open(get(port));
    await settled(sent);
    for (let i = 0; i < 5; i += 1) await clock.advance(12_000);
    world.put({ state: 'paused' });
    for (let i = 0; i < 50; i += 1) await clock.advance(12_000);
    world.put();
    for (let i = 0; i < 3; i += 1) await clock.advance(12_000);
    expect(sent.isClosed).toBe(false);
    for (let i = 0; i < 3; i += 1) await clock.advance(12_000);
    await eventually('it is cut', async () => sent.isClosed);
  });

  it('goes on when it reads again in time', async () => {
    await start();
    const { sent, port } = await fountain();
    const socket = world.open(get(port));
    await settled(sent);
    for (let round = 0; round < 3; round += 1) {
      for (let i = 0; i < 9; i += 1) await clock.advance(12_000);
      const before = sent.bytes;
      socket.resume();
      await eventually('it flows', async () => sent.bytes > before + (8 << 20));
      socket.pause();
      await settled(sent);
    }
    expect(sent.isClosed).toBe(false);
  });

  it('inside the sandbox is cut off as well', async () => {
    await start();
    const port = await world.serve((request) => request.pause());
    const socket = world.open(`POST / HTTP/1.1\r\nHost: ${port}-abc.example\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536), Buffer.from('\r\n')]);
    const written = { bytes: 0 };
    const pour = () => {
      do written.bytes += chunk.length;
      while (socket.write(chunk) && !socket.destroyed);
    };
    socket.on('drain', pour);
    pour();
    await settled(written);
    for (let i = 0; i < 12; i += 1) await clock.advance(12_000);
    await eventually('it is cut', async () => world.outcomes.includes('host stalled'));
    await eventually('the client is told', async () => socket.destroyed || socket.closed);
  });
});

it('leaves a stream alone that is merely quiet', async () => {
  await start();
  let say = (_: string): unknown => undefined;
  const port = await world.serve((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    say = (event) => response.write(event);
  });
  const socket = world.open(get(port));
  await once(socket, 'data');
  for (let i = 0; i < 60; i += 1) await clock.advance(10_000);
  say('data: still here\n\n');
  expect(String((await once(socket, 'data'))[0])).toContain('still here');
});

it('gives up after ten seconds on a port that does not take the connection', async () => {
  clock = manualClock();
  world = await proxyWorld({ clock });
  // TEST-NET-1 (RFC 5737): nobody answers there, or the network says so at once.
  world.put({ address: '192.0.2.1', agentEndpoint: '192.0.2.1:49983' });
  let answer: Response | undefined;
  void fetch(world.url, { headers: { 'e2b-sandbox-id': 'abc', 'e2b-sandbox-port': '80' } }).then((given) => {
    answer = given;
  });
  await eventually('it gives up', async () => {
    await clock.advance(5_000);
    return answer !== undefined;
  });
  expect([502, 504]).toContain(answer?.status);
});
