import { randomBytes } from 'node:crypto';
import type { AgentExec, AgentExecView } from '../../contract/agent.ts';
import { AgentError } from '../agent-error.ts';
import type { AgentDeps } from '../deps.ts';
import { shellCommand } from './find-program.ts';
import type { Outcome } from './process-output.ts';
import type { ProcessTable, StartedProcess } from './process-table.ts';
import { retired } from './retired.ts';

/** A command of our own exec API. */
export interface Exec {
  readonly execId: string;
  readonly command: AgentExec['command'];
  readonly process: StartedProcess;
  readonly startedAtMs: number;
  /** Killed because its time was over. */
  readonly timedOut: boolean;
  /** On the clock of `performance`. */
  readonly beganMs: number;
  /** undefined while it runs. */
  readonly endedMs: number | undefined;
}

/** Commands that run, and those that ended in the last 10 minutes. */
export interface ExecTable {
  /** Throws `already_exists` while the id is taken. */
  start(wish: AgentExec): Promise<Exec>;
  /** Throws `not_found`. */
  get(execId: string): Exec;
  /** Oldest first. */
  all(): readonly Exec[];
}

const KEPT_BYTES = 1024 * 1024;
const KEPT_AFTER_END_MS = 10 * 60_000;

export function execTable(deps: AgentDeps, table: ProcessTable): ExecTable {
  const starting = new Set<string>();
  const known = new Map<string, Exec>();
  const ended = retired<Exec>({
    keptMs: KEPT_AFTER_END_MS,
    bytesOf: ({ process }) => process.live.output.keptBytes,
    forgotten: ({ execId }) => known.delete(execId),
  });
  const begin = async (wish: AgentExec, execId: string): Promise<Exec> => {
    const beganMs = performance.now();
    const process = await startProcess(deps, table, wish);
    const exec: OwnExec = {
      execId,
      command: wish.command,
      process,
      startedAtMs: Date.now(),
      timedOut: false,
      beganMs,
      endedMs: undefined,
    };
    const { stop } = limit(deps, table, exec, wish.timeoutSeconds);
    known.set(execId, exec);
    void process.live.ended.then(() => {
      stop();
      exec.endedMs = performance.now();
      ended.add(exec);
    });
    return exec;
  };
  return {
    async start(wish) {
      const execId = wish.execId ?? randomBytes(10).toString('hex');
      if (starting.has(execId) || known.has(execId)) {
        throw new AgentError('already_exists', `The execId '${execId}' is taken.`);
      }
      starting.add(execId);
      try {
        return await begin(wish, execId);
      } finally {
        starting.delete(execId);
      }
    },
    get(execId) {
      const found = known.get(execId);
      if (found === undefined) throw new AgentError('not_found', `There is no exec '${execId.slice(0, 64)}'.`);
      return found;
    },
    all: () => [...known.values()].sort((one, other) => one.startedAtMs - other.startedAtMs),
  };
}

/** How it ended, as callers are told; undefined while it runs. */
export function endOf(exec: Exec, { exitCode, signal }: Outcome) {
  return { exitCode, signal, timedOut: exec.timedOut, durationMs: durationMsOf(exec) };
}

export function viewOf(exec: Exec): AgentExecView {
  const { live, spec } = exec.process;
  return {
    ...{ execId: exec.execId, pid: live.pid, command: exec.command, user: spec.user.name },
    running: live.outcome === undefined,
    startedAt: new Date(exec.startedAtMs).toISOString(),
    exitCode: live.outcome?.exitCode ?? null,
    signal: live.outcome?.signal ?? null,
    ...{ timedOut: exec.timedOut, durationMs: durationMsOf(exec) },
  };
}

interface OwnExec extends Exec {
  timedOut: boolean;
  endedMs: number | undefined;
}

/** So far, while it runs. */
function durationMsOf({ beganMs, endedMs = performance.now() }: Exec): number {
  return Math.round((endedMs - beganMs) * 10) / 10;
}

async function startProcess({ session, accounts }: AgentDeps, table: ProcessTable, wish: AgentExec) {
  const [command = '', ...args] = typeof wish.command === 'string' ? shellCommand(wish.command) : wish.command;
  const user = wish.user === null ? session.run().defaultUser : accounts.get(wish.user);
  const spec = { user, command, args, cwd: wish.cwd, env: wish.env };
  const process = await table.start(spec, { origin: 'exec', hasStdin: wish.stdin !== null, keptBytes: KEPT_BYTES });
  if (wish.stdin !== null) {
    // One that ends without reading its stdin is no failure of the call.
    await process.live.write(Buffer.from(wish.stdin), new AbortController().signal).catch(() => undefined);
    process.live.closeInput();
  }
  return process;
}

/** Counted in the sandbox's own time, so that a pause does not use it up. */
function limit({ ticks }: AgentDeps, table: ProcessTable, exec: OwnExec, seconds: number | null) {
  if (seconds === null) return { stop: () => undefined };
  const cancel = ticks.after(seconds * 1_000, () => {
    exec.timedOut = exec.process.live.outcome === undefined;
    table.signal(exec.process, 'SIGKILL');
  });
  return { stop: cancel };
}
