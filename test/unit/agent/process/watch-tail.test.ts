import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { watchTail } from '../../../../src/agent/process/watch-tail.ts';

const QUIET_MS = 500;
const FAKED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'performance'] as const;

const closers: (() => void)[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const close of closers.splice(0)) close();
});

it('reads what came while this process was busy before it calls that silence', async () => {
  const server = createServer((socket) => socket.end('late')).listen(0, '127.0.0.1');
  closers.push(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  const told: string[] = [];
  const tail = watchTail(() => false);
  const over = new Promise<void>((resolve) => {
    tail.begin(() => {
      told.push('over');
      resolve();
    });
  });
  const client = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
  client.on('data', () => {
    told.push('data');
    tail.touch();
  });
  await once(client, 'connect');
  const endMs = performance.now() + 2 * QUIET_MS;
  while (performance.now() < endMs);
  await over;
  expect(told).toEqual(['data', 'over']);
});

it('ends after silence, after a long talk, and never while the process waits for its readers', async () => {
  vi.useFakeTimers({ toFake: [...FAKED] });
  let isHeld = true;
  const over = vi.fn();
  const held = watchTail(() => isHeld);
  held.begin(over);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(over).not.toHaveBeenCalled();
  isHeld = false;
  held.touch();
  await vi.advanceTimersByTimeAsync(2 * QUIET_MS + 10);
  expect(over).toHaveBeenCalledTimes(1);

  const talking = watchTail(() => false);
  const cut = vi.fn();
  const talk = setInterval(talking.touch, 100);
  talking.begin(cut);
  talking.begin(cut);
  await vi.advanceTimersByTimeAsync(1_900);
  expect(cut).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  clearInterval(talk);
  expect(cut).toHaveBeenCalledTimes(1);

  const stopped = watchTail(() => false);
  stopped.begin(cut);
  stopped.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(cut).toHaveBeenCalledTimes(1);
});
