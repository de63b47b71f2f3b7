import { constants } from 'node:os';
import { processStat } from './process/process-stat.ts';
import { type ProcessSpec, spawnAs } from './process/spawn-as.ts';
import type { Session } from './session.ts';

/** The process whose end ends the sandbox. */
export interface MainCommand {
  /**
   * Its code when it has ended within `holdMs`, else undefined: from then on its end ends the agent. One that had no
   * turn on a CPU in that time is held on until it had, at most `HELD_AT_MOST_MS`.
   */
  start(argv: readonly string[], holdMs: number): Promise<number | undefined>;
  /** Its process id while it runs. */
  readonly pid: number | undefined;
}

/**
 * What was killed may have been killed for its memory. Seen once on a busy machine (2026-11-24): code 137 without the
 * engine's OOM flag. Supposed cause: the engine heard of the container's end before it heard of the memory.
 */
const OOM_NEWS_MS = 200;

/**
 * On a busy host, or with a twentieth of a CPU, a command that ends at once takes longer than it is held. Well below the
 * two seconds that the service waits for a claimed slot: beyond them it would take the agent for dead.
 */
const HELD_AT_MOST_MS = 1_000;
const LOOK_AGAIN_MS = 5;

/** Writes to the container's own output, which is the log of the sandbox. */
export function mainCommand(session: Session, endWith: (exitCode: number) => void): MainCommand {
  let pid: number | undefined;
  return {
    get pid() {
      return pid;
    },
    start([command = '', ...args], holdMs) {
      const spec: ProcessSpec = { user: session.run().defaultUser, command, args, cwd: null, env: {} };
      const child = spawnAs(session, spec, ['ignore', 'inherit', 'inherit']);
      pid = child.pid;
      return new Promise((resolve, reject) => {
        let isHeld = true;
        const heldUntil = performance.now() + HELD_AT_MOST_MS;
        const look = () => {
          if (hadNoTurn(child.pid, holdMs) && performance.now() < heldUntil) {
            timer = setTimeout(look, LOOK_AGAIN_MS);
            return;
          }
          isHeld = false;
          resolve(undefined);
        };
        let timer = setTimeout(look, holdMs);
        child.once('error', (error) => {
          clearTimeout(timer);
          reject(new Error(`Its command could not be started: ${error.message}`));
        });
        child.once('exit', (code, signal) => {
          pid = undefined;
          clearTimeout(timer);
          const exitCode = exitCodeOf(code, signal);
          if (isHeld) resolve(exitCode);
          else if (signal === 'SIGKILL') setTimeout(() => endWith(exitCode), OOM_NEWS_MS);
          else endWith(exitCode);
        });
      });
    },
  };
}

/** Whether it wants to run, or has ended without our having heard of it, and was on a CPU for less than `ms`. */
function hadNoTurn(pid: number | undefined, ms: number): boolean {
  const stat = pid === undefined ? undefined : processStat(pid);
  return stat !== undefined && 'RDZ'.includes(stat.state) && stat.cpuMs < ms;
}

/** As a shell tells it: 128 and the signal's number for one that was killed. */
export function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
