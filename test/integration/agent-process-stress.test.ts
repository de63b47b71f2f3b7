import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgentProcess, startAgent } from '../support/agent-process.ts';
import { callProcess, endOf, openStream, outputOf } from '../support/agent-streams.ts';
import { eventually } from '../support/api.ts';
import { collectedRssBytes, INSPECT } from '../support/collected-memory.ts';

let agent: AgentProcess;
beforeAll(async () => {
  agent = await startAgent({}, [INSPECT]);
});
afterAll(() => agent.dispose());

const MIB = 1024 * 1024;
const exec = (body: object) => agent.fetch('/sandglass/exec', { method: 'POST', body: JSON.stringify(body) });
const openFiles = () => readdirSync(`/proc/${agent.pid}/fd`).length;

test('thousands of short commands leave no zombie, no open file and no growth', async () => {
  const some = async (count: number) => {
    const one = async () => {
      for (let done = 0; done < count / 4; done += 1) await (await exec({ command: ['true'] })).text();
    };
    await Promise.all([one(), one(), one(), one()]);
  };
  await some(1_200);
  const before = { files: openFiles(), rss: await collectedRssBytes(agent) };
  await some(2_000);
  await eventually('all files are closed', async () => openFiles() <= before.files + 4);
  expect((await collectedRssBytes(agent)) - before.rss).toBeLessThan(8 * MIB);
  expect(childrenOf(agent.pid)).toEqual([]);
}, 120_000);

test('a client that stops reading slows nobody and is dropped, and its process goes on', async () => {
  const command = 'read x; i=0; while [ $i -lt 40 ]; do head -c 500000 /dev/zero | tr "\\0" x; i=$((i+1)); done';
  const stream = await openStream(agent, 'Start', {
    process: { cmd: '/bin/sh', args: ['-c', command] },
    stdin: true,
  });
  const { pid } = (await stream.next()).message.event.start;
  const stalled = stalledReader(pid);
  await eventually('the other one has joined', async () => stalled.bytesRead > 0);
  const beganMs = performance.now();
  await callProcess(agent, 'SendInput', { process: { pid }, input: { stdin: 'Cg==' } });
  const frames = await stream.rest();
  expect(outputOf(frames, 'stdout')).toHaveLength(20_000_000);
  expect(endOf(frames)).toMatchObject({ exited: true });
  expect(performance.now() - beganMs).toBeLessThan(8_000);
  const rest = await restOf(stalled);
  expect(rest).toContain('"resource_exhausted"');
}, 30_000);

test('a process whose only client stops reading waits for a bounded time, then goes on without it', async () => {
  const stalled = stalledStart('head -c 20000000 /dev/zero; echo over >&2; sleep 0.1');
  await eventually('it has begun', async () => stalled.bytesRead > 0);
  const pid = await eventually('it is listed', async () => {
    const { body } = await callProcess(agent, 'List', {});
    return body.processes?.[0]?.pid as number | undefined;
  });
  const isOver = async () => (await callProcess(agent, 'List', {})).body.processes === undefined;
  await eventually(`process ${pid} has ended`, isOver, 20_000);
  stalled.destroy();
}, 40_000);

test('a chatty process whose client left does not grow the agent', async () => {
  const stream = await openStream(agent, 'Start', { process: { cmd: '/usr/bin/yes' }, stdin: false });
  const { pid } = (await stream.next()).message.event.start;
  stream.leave();
  const before = { rss: await collectedRssBytes(agent), cpu: cpuTicks() };
  // At gigabytes per second: without a bound it would be far beyond any.
  await eventually('it wrote for a second of cpu', async () => cpuTicks() - before.cpu > 100, 30_000);
  expect((await collectedRssBytes(agent)) - before.rss).toBeLessThan(16 * MIB);
  await callProcess(agent, 'SendSignal', { process: { pid }, signal: 'SIGNAL_SIGKILL' });
}, 60_000);

test('two full streams of text that is not ASCII fit the small heap of the agent', async () => {
  const command = 'yes "漢字漢字漢字" | head -c 15000000; yes "漢字漢字漢字" | head -c 15000000 >&2';
  const result = await (await exec({ command: ['bash', '-c', command] })).text();
  expect(JSON.parse(result)).toMatchObject({ exitCode: 0, truncated: { stdout: true, stderr: true } });
}, 30_000);

test('two hundred streams at once all get their output and their end', async () => {
  const script = 'echo began; sleep 1; seq 1 2000; echo over >&2';
  const message = { process: { cmd: '/bin/sh', args: ['-c', script] }, stdin: false };
  const streams = await Promise.all(Array.from({ length: 200 }, () => openStream(agent, 'Start', message)));
  const all = await Promise.all(streams.map((stream) => stream.rest()));
  expect(new Set(all.map((frames) => outputOf(frames, 'stdout').length))).toEqual(new Set([8_899]));
  expect(all.filter((frames) => endOf(frames)?.exited === true)).toHaveLength(200);
}, 30_000);

/** What a client writes that opens a stream with one envelope. */
function raw(method: string, message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length, 1);
  const lines = [
    `POST /process.Process/${method} HTTP/1.1`,
    'host: agent',
    `x-access-token: ${agent.token}`,
    'content-type: application/connect+json',
    `content-length: ${payload.length + 5}`,
    'connection: close',
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), head, payload]);
}

/** Reads the first bytes, then nothing more until it is resumed. */
function stalledSocket(request: Buffer): Socket {
  const socket = connect(agent.port, '127.0.0.1');
  socket.write(request);
  socket.once('data', () => socket.pause());
  return socket;
}

const stalledReader = (pid: number) => stalledSocket(raw('Connect', { process: { pid } }));
const stalledStart = (script: string) =>
  stalledSocket(raw('Start', { process: { cmd: '/bin/sh', args: ['-c', script] }, stdin: false }));

function restOf(socket: Socket): Promise<string> {
  return new Promise((done) => {
    let text = '';
    socket.on('data', (data) => {
      text = (text + data.toString('latin1')).slice(-4096);
    });
    socket.once('close', () => done(text));
    socket.resume();
  });
}

function childrenOf(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
}

/** Of 10 ms each, that the agent worked so far. */
function cpuTicks(): number {
  const stat = readFileSync(`/proc/${agent.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
