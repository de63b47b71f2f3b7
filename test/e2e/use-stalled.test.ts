import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { connectionsAt, sizeOfProcess } from '../support/dataplane/process-size.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const STALL_SECONDS = 3;
const AGENT_PORT = 49983;

describe('readers of our own API that stop reading', () => {
  let service: ServiceProcess;
  let api: Api;
  let id: string;
  let address: string;
  beforeAll(async () => {
    service = await startService({ SANDGLASS_PROXY_STALL_SECONDS: String(STALL_SECONDS) });
    api = apiOf(service);
    id = (await api('POST', '/v1/sandboxes', { body: {} })).body.id;
    const command = 'head -c 200000000 /dev/zero > /tmp/large; hostname -i';
    address = (await api('POST', `/v1/sandboxes/${id}/exec`, { body: { command } })).body.stdout.trim();
  });
  afterAll(() => service?.dispose());

  const insideCount = () => connectionsAt(AGENT_PORT, 'remote', address);
  const clientCount = () => connectionsAt(Number(new URL(service.url).port), 'local');

  /** Asks, and takes nothing of the answer. */
  function stalled(method: string, path: string, body = '', accept = '*/*'): Promise<Socket> {
    const { hostname, port } = new URL(service.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.pause();
    socket.on('error', () => undefined);
    const head = [`${method} /v1/sandboxes/${id}/${path} HTTP/1.1`, 'Host: x', `X-API-Key: ${service.adminKey}`];
    const more = [`Accept: ${accept}`, 'Content-Type: application/json', `Content-Length: ${body.length}`, '', body];
    return new Promise((resolve) =>
      socket.once('connect', () => socket.write([...head, ...more].join('\r\n'), () => resolve(socket))),
    );
  }

  async function stalledTerminal(): Promise<WebSocket> {
    const client = new WebSocket(`${service.url.replace('http', 'ws')}/v1/sandboxes/${id}/terminal`, {
      headers: { 'x-api-key': service.adminKey },
    });
    client.on('error', () => undefined);
    await new Promise((resolve) => client.once('open', resolve));
    client.send(Buffer.from('head -c 100000000 /dev/zero | tr "\\0" x\n'));
    client.pause();
    return client;
  }

  it('hold no memory, and are cut when they took nothing for too long', async () => {
    const before = sizeOfProcess(service.pid).rssMib;
    const flood = JSON.stringify({ command: ['head', '-c', '100000000', '/dev/zero'] });
    const sockets = await Promise.all([
      ...Array.from({ length: 5 }, () => stalled('GET', 'files?path=/tmp/large')),
      ...Array.from({ length: 5 }, () => stalled('POST', 'exec', flood, 'application/x-ndjson')),
      stalled('GET', 'files/archive?path=/tmp'),
    ]);
    const terminals = await Promise.all([stalledTerminal(), stalledTerminal()]);
    try {
      await eventually('all are served', async () => insideCount() >= sockets.length + terminals.length);
      let most = before;
      await eventually(
        'all are cut',
        async () => {
          most = Math.max(most, sizeOfProcess(service.pid).rssMib);
          // Those of the calls of this test stay.
          return clientCount() <= 3;
        },
        5 * STALL_SECONDS * 1000,
      );
      expect(most - before).toBeLessThan(64);
    } finally {
      for (const socket of sockets) socket.destroy();
      for (const terminal of terminals) terminal.terminate();
    }
    expect((await api('POST', `/v1/sandboxes/${id}/exec`, { body: { command: 'echo on' } })).body.stdout).toBe('on\n');
  });

  it('are none of those who read slowly, or wait for what is quiet', async () => {
    const slow = await stalled('GET', 'files?path=/tmp/large');
    const quiet = await stalled('POST', 'exec', JSON.stringify({ command: ['sleep', '8'] }), 'application/x-ndjson');
    let said = '';
    quiet.on('data', (chunk) => {
      said += String(chunk);
    });
    quiet.resume();
    const untilMs = Date.now() + 2.5 * STALL_SECONDS * 1000;
    while (Date.now() < untilMs) {
      slow.read(100_000);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect([slow.destroyed, quiet.destroyed]).toEqual([false, false]);
    await eventually('the quiet one ends', async () => said.includes('"end"'));
    slow.destroy();
    quiet.destroy();
  });
});
