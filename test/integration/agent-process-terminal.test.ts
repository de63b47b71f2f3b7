import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type AgentProcess, startAgent } from '../support/agent-process.ts';
import { eventually } from '../support/api.ts';

let agent: AgentProcess;
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.dispose());

function open(query: string) {
  const url = `ws://127.0.0.1:${agent.port}/sandglass/terminal?${query}`;
  const socket = new WebSocket(url, { headers: { 'x-access-token': agent.token } });
  const seen = { bytes: '', controls: [] as unknown[], closed: undefined as number | undefined };
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) seen.bytes += data.toString();
    else seen.controls.push(JSON.parse(data.toString()));
  });
  socket.on('close', (code) => {
    seen.closed = code;
  });
  const opened = new Promise<void>((done, fail) => {
    socket.on('open', done);
    socket.on('error', fail);
  });
  return {
    ...{ socket, seen, opened },
    until: (words: string) => eventually(`the terminal says ${words}`, async () => seen.bytes.includes(words)),
    type: (text: string) => socket.send(Buffer.from(text)),
  };
}

test('is a shell of its size, echoes within 50 ms, takes another size, and says how it ended', async () => {
  const terminal = open('cols=91&rows=31&cwd=/tmp');
  await terminal.opened;
  terminal.type('stty size; pwd; echo ready-$((1+1))\n');
  await terminal.until('ready-2');
  expect(terminal.seen.bytes).toContain('31 91');
  expect(terminal.seen.bytes).toContain('/tmp');
  const beganMs = performance.now();
  terminal.type('abcdef');
  await terminal.until('abcdef');
  expect(performance.now() - beganMs).toBeLessThan(50);
  terminal.socket.send(JSON.stringify({ type: 'resize', cols: 101, rows: 41 }));
  terminal.type('\u0015stty size\n');
  await terminal.until('41 101');
  terminal.type('exit 5\n');
  await eventually('it closes', async () => terminal.seen.closed !== undefined);
  expect(terminal.seen.controls).toEqual([{ type: 'exit', exitCode: 5, signal: null }]);
  expect(terminal.seen.closed).toBe(1000);
});

test('ends with its client', async () => {
  const terminal = open('');
  await terminal.opened;
  terminal.type('sleep 321 & echo job-$!-\n');
  await eventually('the job runs', async () => /job-\d+-/.test(terminal.seen.bytes));
  const job = Number(/job-(\d+)-/.exec(terminal.seen.bytes)?.[1]);
  terminal.socket.terminate();
  await eventually('the job has ended', async () => !isAlive(job));
});

test('a client that stops reading makes the terminal wait, and gets everything when it reads on', async () => {
  const terminal = open('');
  await terminal.opened;
  terminal.type('stty -echo; echo ready-$((1+1))\n');
  await terminal.until('ready-2');
  terminal.socket.pause();
  terminal.type('seq 1 200000; echo done-$((1+1))\n');
  terminal.socket.resume();
  await terminal.until('done-2');
  expect(terminal.seen.bytes).toContain('\r\n200000\r\n');
  expect(terminal.seen.bytes.match(/\r\n/g)?.length).toBeGreaterThan(200_000);
  terminal.socket.close();
});

test('refuses an unknown user, a missing directory and a wrong token before it opens', async () => {
  await expect(open('user=nope').opened).rejects.toThrow('401');
  await expect(open('cwd=/nope').opened).rejects.toThrow('400');
  await expect(open('cols=0').opened).rejects.toThrow('400');
  const socket = new WebSocket(`ws://127.0.0.1:${agent.port}/sandglass/terminal`);
  await expect(new Promise((_done, fail) => socket.on('error', fail))).rejects.toThrow('401');
});

test('an unknown control message closes it with 1008', async () => {
  const terminal = open('');
  await terminal.opened;
  terminal.socket.send('{"type":"what"}');
  await eventually('it closes', async () => terminal.seen.closed === 1008);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
