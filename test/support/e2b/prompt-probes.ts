import { randomBytes } from 'node:crypto';
import type { Message, Wire, WireStream } from './wire.ts';

/** How long each of the streams that must never be held back takes to say what happened: milliseconds. */
export const promptProbes = {
  'a background command returns at once, and goes on': background,
  'a watch starts at once': watchStart,
  'a watch tells of a write at once': watchEvent,
  'a terminal echoes at once': terminalEcho,
  'a command that is joined echoes at once': joinedEcho,
} as const satisfies Record<string, Probe>;

export type Probe = (wire: Wire, tries: number) => Promise<readonly number[]>;

/** Every stream ends by itself after this, so that a stream that is held back comes late instead of never. */
const LIFE_MS = 1_500;
const LIFE = { 'connect-timeout-ms': `${LIFE_MS}` };
const LATE_MS = LIFE_MS + 5_000;

async function background(wire: Wire, tries: number): Promise<readonly number[]> {
  return repeat(tries, async () => {
    const beganMs = performance.now();
    const start = { process: { cmd: '/bin/bash', args: ['-l', '-c', 'sleep 60'], envs: {} }, stdin: false };
    const stream = await wire.stream('process.Process/Start', start, LIFE);
    const { pid } = (await first(stream, 'its start', ({ event }) => event?.start)).event.start;
    const tookMs = performance.now() - beganMs;
    const isLate = tookMs >= LIFE_MS;
    const { body } = await wire.unary('process.Process/List', {});
    const isRunning = (body as { processes?: { pid: number }[] }).processes?.some((one) => one.pid === pid) ?? false;
    if (!isRunning && !isLate) throw new Error('the command does not go on');
    await wire.unary('process.Process/SendSignal', { process: { pid }, signal: 'SIGNAL_SIGKILL' });
    await stream.leave();
    return tookMs;
  });
}

async function watchStart(wire: Wire, tries: number): Promise<readonly number[]> {
  const folder = await newFolder(wire);
  return repeat(tries, async () => {
    const beganMs = performance.now();
    const stream = await wire.stream('filesystem.Filesystem/WatchDir', { path: folder }, LIFE);
    await first(stream, 'its start', ({ start }) => start);
    const tookMs = performance.now() - beganMs;
    await stream.leave();
    return tookMs;
  });
}

async function watchEvent(wire: Wire, tries: number): Promise<readonly number[]> {
  const folder = await newFolder(wire);
  return repeat(tries, async (round) => {
    // The head may be held back along with the rest: what is timed is the write.
    const opening = wire.stream('filesystem.Filesystem/WatchDir', { path: folder }, LIFE);
    await Promise.race([opening.then((stream) => first(stream, 'its start', ({ start }) => start)), pause(200)]);
    const name = `file-${round}`;
    const written = await wire.fetch(`/files?path=${folder}/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: 'x',
    });
    if (written.status !== 200) throw new Error(`the write answered ${written.status}`);
    await written.arrayBuffer();
    const writtenMs = performance.now();
    const stream = await opening;
    await first(stream, 'the write', ({ filesystem }) => filesystem?.name === name);
    const tookMs = performance.now() - writtenMs;
    await stream.leave();
    return tookMs;
  });
}

async function terminalEcho(wire: Wire, tries: number): Promise<readonly number[]> {
  return repeat(tries, async () => {
    const tag = `probe-${randomBytes(8).toString('hex')}`;
    const process = { cmd: '/bin/bash', args: ['-i', '-l'], envs: {} };
    const opening = wire.stream('process.Process/Start', { process, pty: { size: { cols: 80, rows: 24 } }, tag }, LIFE);
    // The prompt, where it is not held back.
    await Promise.race([
      opening.then((stream) => first(stream, 'its prompt', ({ event }) => event?.data?.pty)),
      pause(400),
    ]);
    const word = randomBytes(6).toString('hex');
    const beganMs = performance.now();
    const input = { process: { tag }, input: { pty: Buffer.from(word).toString('base64') } };
    const sent = await wire.unary('process.Process/SendInput', input);
    if (sent.status !== 200) throw new Error(`the input answered ${sent.status}`);
    const stream = await opening;
    await stream.messages.find('the echo', (_one, all) => outputOf(all, 'pty').includes(word), LATE_MS);
    const tookMs = performance.now() - beganMs;
    await wire.unary('process.Process/SendSignal', { process: { tag }, signal: 'SIGNAL_SIGKILL' });
    await stream.leave();
    return tookMs;
  });
}

async function joinedEcho(wire: Wire, tries: number): Promise<readonly number[]> {
  return repeat(tries, async () => {
    const tag = `probe-${randomBytes(8).toString('hex')}`;
    const named = { process: { tag } };
    const cat = { cmd: '/bin/cat', args: [], envs: {} };
    const starting = wire.stream('process.Process/Start', { process: cat, stdin: true, tag }, LIFE);
    await Promise.race([starting, pause(200)]);
    const joining = wire.stream('process.Process/Connect', named, LIFE);
    await Promise.race([joining.then((stream) => first(stream, 'its start', ({ event }) => event?.start)), pause(200)]);
    const word = randomBytes(6).toString('hex');
    const beganMs = performance.now();
    const input = { ...named, input: { stdin: Buffer.from(word).toString('base64') } };
    const sent = await wire.unary('process.Process/SendInput', input);
    if (sent.status !== 200) throw new Error(`the input answered ${sent.status}`);
    const stream = await joining;
    await stream.messages.find('the echo', (_one, all) => outputOf(all, 'stdout').includes(word), LATE_MS);
    const tookMs = performance.now() - beganMs;
    await wire.unary('process.Process/SendSignal', { ...named, signal: 'SIGNAL_SIGKILL' });
    await stream.leave();
    await (await starting).leave();
    return tookMs;
  });
}

function first(stream: WireStream, what: string, fits: (message: Message) => unknown): Promise<Message> {
  return stream.messages.find(what, (message) => Boolean(fits(message)), LATE_MS);
}

function outputOf(messages: readonly Message[], kind: 'stdout' | 'pty'): string {
  return Buffer.concat(messages.map(({ event }) => Buffer.from(event?.data?.[kind] ?? '', 'base64'))).toString('utf8');
}

async function newFolder(wire: Wire): Promise<string> {
  const path = `/tmp/probe-${randomBytes(8).toString('hex')}`;
  const { status } = await wire.unary('filesystem.Filesystem/MakeDir', { path });
  if (status !== 200) throw new Error(`no folder: ${status}`);
  return path;
}

async function repeat(tries: number, once: (round: number) => Promise<number>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < tries; round++) times.push(await once(round));
  return times;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
