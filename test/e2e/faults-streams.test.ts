import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOf, openStream, outputOf } from '../support/agent-streams.ts';
import { eventually } from '../support/api.ts';
import { collectedRssBytes, INSPECTED } from '../support/collected-memory.ts';
import { collectedSizeOfAgent } from '../support/dataplane/collected-agent.ts';
import { type Inside, processOf, startInside } from '../support/dataplane/inside.ts';
import { connectionsAt, sizeOfAgent, sizeOfProcess } from '../support/dataplane/process-size.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const WEB = 8000;
const STALL_SECONDS = 5;
const MIB = 1024 * 1024;

let service: ServiceProcess;
let own: Inside;
let address: string;

beforeAll(async () => {
  service = await startService({ SANDGLASS_PROXY_STALL_SECONDS: String(STALL_SECONDS), ...INSPECTED });
  own = await startInside(service);
  address = await own.ask('hostname -i');
  const server = Buffer.from(SERVER).toString('base64');
  await own.ask(`echo ${server} | base64 -d > /tmp/web.py; (setsid python3 /tmp/web.py > /dev/null 2>&1 &)`);
  await eventually('it serves', async () => (await own.fetch('/count', { port: WEB })).ok);
}, 120_000);
afterAll(() => service?.dispose());

/** `/flood` pushes 500 MB, `/ticks` a byte now and then without end, `/count` says how many of both are connected. */
const SERVER = `
import http.server, socket, threading, time
connected = set()
class Web(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header('content-type', 'application/octet-stream'); self.end_headers()
        if self.path == '/count': return self.wfile.write(str(len(connected)).encode())
        connected.add(self)
        try:
            if self.path == '/flood':
                for _ in range(500): self.wfile.write(bytes(1000000))
            else:
                while True: self.wfile.write(b'x'); time.sleep(0.1)
        except OSError: pass
        finally: connected.discard(self)
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(('0.0.0.0', ${WEB}), Web).serve_forever()`;

/** Connections of clients to the service, and of the service to the server inside. */
const clientCount = () => connectionsAt(Number(new URL(service.url).port), 'local');
const insideCount = () => connectionsAt(WEB, 'remote', address);

const connectedInside = async () => Number(await (await own.fetch('/count', { port: WEB })).text());

/** A client that asks and then takes nothing. */
function stalledClient(bytes: Buffer): Promise<Socket> {
  const { hostname, port } = new URL(service.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.pause();
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('connect', () => socket.write(bytes, () => resolve(socket))));
}

function askWeb(path: string): Buffer {
  const lines = [`GET ${path} HTTP/1.1`, 'Host: x', `E2b-Sandbox-Id: ${own.id}`, `E2b-Sandbox-Port: ${WEB}`];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

function askStart(line: string): Buffer {
  const payload = Buffer.from(JSON.stringify(processOf(line)));
  const envelope = Buffer.alloc(5);
  envelope.writeUInt32BE(payload.length, 1);
  const lines = [
    'POST /process.Process/Start HTTP/1.1',
    'Host: x',
    `E2b-Sandbox-Id: ${own.id}`,
    'E2b-Sandbox-Port: 49983',
    `X-Access-Token: ${own.token}`,
    `Authorization: Basic ${Buffer.from('root:').toString('base64')}`,
    'Content-Type: application/connect+json',
    `Content-Length: ${payload.length + 5}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), envelope, payload]);
}

describe('readers that stop reading', () => {
  it('hold no memory of the service or the agent while 500 MB each are pushed at them, and are closed in the end', async () => {
    await own.ask('echo warm');
    const service0 = sizeOfProcess(service.pid);
    const agent0 = await sizeOfAgent(own);
    const clients = await Promise.all([
      ...Array.from({ length: 10 }, () => stalledClient(askWeb('/flood'))),
      ...Array.from({ length: 5 }, () => stalledClient(askStart('head -c 500000000 /dev/zero'))),
    ]);
    try {
      await eventually('all floods have begun', async () => (await connectedInside()) === 10);
      let most = { serviceMib: 0, agentMib: 0 };
      const untilMs = performance.now() + (STALL_SECONDS - 1) * 1000;
      while (performance.now() < untilMs) {
        const { rssMib } = sizeOfProcess(service.pid);
        const agent = await sizeOfAgent(own);
        most = { serviceMib: Math.max(most.serviceMib, rssMib), agentMib: Math.max(most.agentMib, agent.rssMib) };
      }
      expect(most.serviceMib - service0.rssMib).toBeLessThan(64);
      expect(most.agentMib - agent0.rssMib).toBeLessThan(48);
      process.stdout.write(
        `15 stalled readers: service ${service0.rssMib.toFixed(0)} -> ${most.serviceMib.toFixed(0)} MiB, ` +
          `agent ${agent0.rssMib.toFixed(0)} -> ${most.agentMib.toFixed(0)} MiB\n`,
      );
      expect(clientCount()).toBeGreaterThanOrEqual(15);
      await eventually('the stalled are closed', async () => (await connectedInside()) === 0, 4 * STALL_SECONDS * 1000);
      await eventually('nothing of them is left', async () => clientCount() < 15 && insideCount() <= 1);
    } finally {
      for (const client of clients) client.destroy();
    }
  });
});

describe('200 streams at once', () => {
  const root = { authorization: `Basic ${Buffer.from('root:').toString('base64')}` };
  // One process each: the sandbox has 256.
  const line = 'echo up; read -r word < /tmp/gate; echo "$word"';
  const openAll = () =>
    Promise.all(
      Array.from({ length: 200 }, async () => {
        const stream = await openStream(own, 'Start', processOf(line), root);
        const first = [await stream.next(), await stream.next()];
        expect(outputOf(first, 'stdout')).toBe('up\n');
        return stream;
      }),
    );
  const oneRound = async () => {
    await own.ask('rm -f /tmp/gate; mkfifo /tmp/gate');
    const beganMs = performance.now();
    const streams = await openAll();
    expect(performance.now() - beganMs).toBeLessThan(20_000);
    const askedMs = performance.now();
    expect(await own.ask('echo well')).toBe('well');
    expect(performance.now() - askedMs).toBeLessThan(2_000);
    // Whoever reads takes more than a line: each comes with the end of the others' pipe.
    await own.ask('for i in $(seq 200); do echo word; done | timeout 20 tee /tmp/gate > /dev/null');
    const all = await Promise.all(streams.map((stream) => stream.rest()));
    for (const frames of all) {
      expect(endOf(frames)).toMatchObject({ exited: true });
      expect(frames.at(-1)).toMatchObject({ isLast: true, message: {} });
    }
    return { service: sizeOfProcess(service.pid), agent: await sizeOfAgent(own) };
  };

  it('each begin within seconds, end properly, and leave nothing open: a second round adds nothing', async () => {
    const first = await oneRound();
    await oneRound();
    // Connections are kept for the next call, and for some seconds: as many as the first round left.
    const second = await eventually(
      'what the second round opened is closed',
      async () => {
        const size = { service: sizeOfProcess(service.pid), agent: await sizeOfAgent(own) };
        const isBack = (now: number, before: number) => now <= before + 10;
        const isServiceBack = isBack(size.service.files, first.service.files);
        return isServiceBack && isBack(size.agent.files, first.agent.files) && size;
      },
      30_000,
    );
    expect(second.agent.zombies).toBe(0);
    // The agent's own mkfifo comes and goes among them.
    const count = () => own.ask('ls -d /proc/[0-9]* | wc -l').then(Number);
    await eventually('few processes are left', async () => (await count()) < 15);
  });
});

describe('short commands', () => {
  const MOST_SECONDS = 40;
  const WARM = 200;
  const COUNT = 1_200;

  it('by the thousand leave no zombie, no open file and no growth behind', async () => {
    const many = async (count: number) => {
      let left = count;
      const one = async () => {
        while (left-- > 0) expect((await own.run('exit 3')).exitCode).toBe(3);
      };
      await Promise.all(Array.from({ length: 8 }, one));
    };
    const size = async () => ({
      agent: await collectedSizeOfAgent(own),
      service: { files: sizeOfProcess(service.pid).files, rssMib: (await collectedRssBytes(service)) / MIB },
    });
    await many(WARM);
    const before = await size();
    const beganMs = performance.now();
    await many(COUNT);
    const seconds = (performance.now() - beganMs) / 1000;
    expect(seconds).toBeLessThan(MOST_SECONDS);
    const after = await size();
    expect(after.agent.zombies).toBe(0);
    expect(after.agent.files).toBeLessThanOrEqual(before.agent.files + 8);
    expect(after.service.files).toBeLessThanOrEqual(before.service.files + 16);
    process.stdout.write(
      `${COUNT} commands in ${seconds.toFixed(1)} s; agent ${before.agent.rssMib.toFixed(1)} -> ${after.agent.rssMib.toFixed(1)} MiB, ` +
        `service ${before.service.rssMib.toFixed(1)} -> ${after.service.rssMib.toFixed(1)} MiB\n`,
    );
    // What 10,000 would add, if they went on like these. Ended ones can be joined for 30 s: up to 1,000 are kept.
    const growth = (one: 'agent' | 'service') => ((after[one].rssMib - before[one].rssMib) / COUNT) * 10_000;
    expect(growth('agent')).toBeLessThan(64);
    expect(growth('service')).toBeLessThan(128);
  });
});

describe('clients that die', () => {
  it('release everything at once: connections to them, and into the sandbox', async () => {
    await eventually('nobody is connected', async () => (await connectedInside()) === 0);
    const before = clientCount();
    const client = spawn(process.execPath, ['-e', CLIENT, service.url], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      const requests = [askWeb('/ticks'), askStart('echo up; sleep 20')].map((bytes) => bytes.toString('base64'));
      client.stdin?.end(JSON.stringify(Array.from({ length: 100 }, (_, i) => requests[i % 2])));
      const lines = client.stdout && createInterface(client.stdout);
      await new Promise<void>((resolve) => lines?.once('line', () => resolve()));
      expect(insideCount()).toBeGreaterThanOrEqual(50);
      expect(clientCount()).toBeGreaterThanOrEqual(before + 100);
      const agentBefore = connectionsAt(49983, 'remote', address);
      client.kill('SIGKILL');
      await eventually('nothing is left of them', async () => clientCount() <= before && insideCount() === 0, 2_000);
      await eventually(
        'nor of their streams of the agent',
        async () => connectionsAt(49983, 'remote', address) <= agentBefore - 50,
        2_000,
      );
      await eventually('the server inside has seen them go', async () => (await connectedInside()) === 0);
    } finally {
      client.kill('SIGKILL');
    }
  });
});

/** Opens a connection per request and says so when each has had an answer. */
const CLIENT = `
const { connect } = require('node:net');
const { hostname, port } = new URL(process.argv[1]);
let text = '';
process.stdin.on('data', (chunk) => { text += chunk; }).on('end', () => {
  const requests = JSON.parse(text);
  let answered = 0;
  for (const request of requests) {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write(Buffer.from(request, 'base64'));
    socket.once('data', () => { answered += 1; if (answered === requests.length) console.log('all'); });
  }
});`;
