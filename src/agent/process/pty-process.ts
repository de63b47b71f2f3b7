import { chownSync, statSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { ReadStream } from 'node:tty';
import type { IPty } from '@lydell/node-pty';
import type { Account } from '../accounts.ts';
import { AgentError } from '../agent-error.ts';
import type { AgentDeps } from '../deps.ts';
import { exitCodeOf } from '../main-command.ts';
import { drainTerminal, type Master } from './drain-terminal.ts';
import { killedFirst } from './killed-first.ts';
import type { LiveProcess, TerminalSize } from './live-process.ts';
import { type Outcome, processOutput } from './process-output.ts';
import { launchOf, type ProcessSpec } from './spawn-as.ts';
import { terminalInput } from './terminal-input.ts';
import { watchTail } from './watch-tail.ts';

export interface PtyOptions {
  readonly size: TerminalSize;
  readonly keptBytes: number;
}

const TERM = 'xterm-256color';

/** A process with a terminal of its own. Throws when it cannot be started, naming what lacks. */
export async function startPty(
  { session, ticks }: AgentDeps,
  spec: ProcessSpec,
  { size, keptBytes }: PtyOptions,
): Promise<LiveProcess> {
  checkSize(size);
  const { program, args, cwd, env } = launchOf(session, spec);
  const { spawn } = await ptyLibrary();
  const { uid, gid } = spec.user;
  const options = { ...size, uid, gid, cwd, encoding: null, env: { TERM, ...env } };
  const pty = withGroups(spec.user, () => killedFirst(() => spawn(program, [...args], options)));
  giveTerminal(pty, uid);
  const hold = (isHeld: boolean) => {
    tail.touch();
    if (isHeld) return void pty.pause();
    pty.resume();
    drainOn();
  };
  const output = processOutput({ limitBytes: keptBytes, ticks, hold });
  const tail = watchTail(() => output.isHeld);
  const take = (data: Buffer) => {
    tail.touch();
    output.push('pty', data);
  };
  const master = masterOf(pty);
  const drainOn = drainTerminal(master, { tail, isHeld: () => output.isHeld, take });
  let outcome: Outcome | undefined;
  // Without an encoding the library hands out buffers, whatever its types say.
  pty.onData((data) => take(data as unknown as Buffer));
  const ended = new Promise<Outcome>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      tail.stop();
      const name = signalName(signal);
      outcome = { exitCode: exitCodeOf(name === null ? exitCode : null, name), signal: name };
      output.end(outcome);
      resolve(outcome);
    });
  });
  const input = terminalInput(rawWriter(master));
  return {
    ...{ pid: pty.pid, isTerminal: true, output, ended },
    get outcome() {
      return outcome;
    },
    write: async (data) => input.write(data),
    closeInput() {
      throw new AgentError('failed_precondition', 'A terminal stays open: send Ctrl+D to end its input.');
    },
    resize(wanted) {
      checkSize(wanted);
      if (outcome === undefined) pty.resize(wanted.cols, wanted.rows);
    },
  };
}

async function ptyLibrary(): Promise<typeof import('@lydell/node-pty')> {
  try {
    return await import('@lydell/node-pty');
  } catch (cause) {
    throw new AgentError('unimplemented', 'This agent cannot open terminals: it lacks the library for them.', {
      cause,
    });
  }
}

function checkSize({ cols, rows }: TerminalSize): void {
  const isFine = [cols, rows].every((value) => Number.isInteger(value) && value > 0 && value < 65_536);
  if (!isFine) throw new AgentError('invalid_argument', 'A terminal has 1 to 65535 columns and rows.');
}

/** The child keeps the groups that the agent has at the fork: for that moment they are the user's. */
function withGroups<T>({ groups }: Account, fork: () => T): T {
  const own = process.getgroups?.() ?? [];
  process.setgroups?.([...groups]);
  try {
    return fork();
  } finally {
    process.setgroups?.(own);
  }
}

/** What opens its terminal by name (screen, gpg) may, as after a login. */
function giveTerminal(pty: IPty, uid: number): void {
  const name: unknown = Reflect.get(pty, 'ptsName');
  if (typeof name !== 'string') return;
  const device = statSync(name, { throwIfNoEntry: false });
  if (device !== undefined) chownSync(name, uid, device.gid);
}

function masterOf(pty: IPty): Master {
  const socket: unknown = Reflect.get(pty, '_socket');
  const fd: unknown = Reflect.get(pty, 'fd');
  if (socket instanceof ReadStream && typeof fd === 'number') return { socket, fd };
  throw new AgentError('internal', 'The terminal library has another shape than the agent was made for.');
}

/**
 * Writes what the terminal takes now, 0 when it takes nothing, undefined when it is closed. The library's own write
 * would hold up the whole agent while the terminal is full (libuv writes to a pty's master blockingly).
 */
function rawWriter({ socket, fd }: Master): (data: Uint8Array) => number | undefined {
  return (data) => {
    if (socket.destroyed) return undefined;
    try {
      return writeSync(fd, data);
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EAGAIN' ? 0 : undefined;
    }
  };
}

function signalName(number: number | undefined): NodeJS.Signals | null {
  if (number === undefined || number === 0) return null;
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  // The keys of that table are the names of signals.
  return (found?.[0] as NodeJS.Signals | undefined) ?? 'SIGKILL';
}
