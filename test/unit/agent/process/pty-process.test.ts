import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { systemAccounts } from '../../../../src/agent/accounts.ts';
import type { OutputReader } from '../../../../src/agent/process/process-output.ts';
import { startPty } from '../../../../src/agent/process/pty-process.ts';
import { openSession } from '../../../../src/agent/session.ts';
import { eventually } from '../../../support/api.ts';

const KEPT_BYTES = 64 * 1024;
/** More than the library waits after an exit before it destroys its socket (200 ms). */
const LIBRARY_WAITS_MS = 300;

const pids: number[] = [];
afterEach(() => {
  for (const pid of pids.splice(0)) killGroup(pid);
});

/** A shell line in a terminal of its own, by the agent's parts in this process. */
async function inTerminal(line: string) {
  const session = openSession();
  const accounts = systemAccounts();
  const user = accounts.get(`${process.getuid?.()}`);
  const init = { incarnation: 1, createdAtMs: 1, accessToken: 't', env: {}, user: null, workdir: null, command: null };
  session.begin({ init, defaultUser: user, workdir: '/', env: {} });
  const fifos = { take: async () => undefined, fill: () => undefined, discard: () => undefined };
  const ticks = { nowMs: () => 0, after: () => () => undefined };
  const spec = { user, command: '/bin/sh', args: ['-c', line], cwd: '/', env: {} };
  const size = { cols: 80, rows: 24 };
  const live = await startPty({ session, accounts, ticks, fifos }, spec, { size, keptBytes: KEPT_BYTES });
  pids.push(live.pid);
  return live;
}

/** Everything up to the end. */
async function readAll(reader: OutputReader): Promise<string> {
  let text = '';
  for (;;) {
    const event = reader.take();
    if (event === undefined) await new Promise<void>((resolve) => reader.whenReady(resolve));
    else if (event.type === 'end') return text;
    else text += event.data.toString('latin1');
  }
}

describe('a terminal whose process has ended', () => {
  it('gives all that was written to a reader that took its time', async () => {
    const live = await inTerminal('head -c 60000 /dev/zero | tr "\\0" x; printf over');
    const reader = live.output.readKept();
    await eventually('the process waits for its reader', async () => live.output.isHeld);
    await eventually('the process has ended', async () => !isAlive(live.pid));
    await new Promise((resolve) => setTimeout(resolve, LIBRARY_WAITS_MS));
    const text = await readAll(reader);
    expect(text.length).toBe(60_004);
    expect(text.endsWith('over')).toBe(true);
    expect(await live.ended).toEqual({ exitCode: 0, signal: null });
  });

  it('gives what was not read because this process was too busy to', async () => {
    const live = await inTerminal('head -c 6000 /dev/zero | tr "\\0" x; printf over');
    const text = readAll(live.output.readKept());
    blockUntilGone(live.pid);
    expect(await text).toBe(`${'x'.repeat(6_000)}over`);
  });

  it('tells its end in time when something else holds the terminal open, and cuts that off', async () => {
    const live = await inTerminal('trap "" HUP; (while sleep 0.1; do echo on; done) & printf first; exit 3');
    const beganMs = performance.now();
    const text = await readAll(live.output.readKept());
    expect(text).toContain('first');
    expect(await live.ended).toEqual({ exitCode: 3, signal: null });
    expect(performance.now() - beganMs).toBeLessThan(4_000);
  });
});

/** With what the process has left behind, which goes on where it has ended itself. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Keeps this process busy meanwhile: it reads nothing. */
function blockUntilGone(pid: number): void {
  const endMs = performance.now() + 5_000;
  while (isRunning(pid) && performance.now() < endMs);
}

/** Neither gone nor a zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}
