import type { EndFacts } from './events.ts';
import type { DeadlineName } from './lifetime.ts';
import type { Reason, ReasonCode } from './sandbox.ts';

export function reasonOf(code: ReasonCode, message: string, end: EndFacts | null = null): Reason {
  return {
    code,
    message,
    exitCode: end?.exitCode ?? null,
    signal: end?.signal ?? null,
    oomKilled: end?.oomKilled ?? null,
    logTail: end?.logTail ?? null,
  };
}

/** A reason keeps its code and message for ever; the end of the container only fills what it did not know yet. */
export function withEndFacts(reason: Reason | null, end: EndFacts | null): Reason {
  const kept = reason ?? reasonOf('requested', 'Stopped.');
  return {
    ...kept,
    exitCode: kept.exitCode ?? end?.exitCode ?? null,
    signal: kept.signal ?? end?.signal ?? null,
    oomKilled: kept.oomKilled ?? end?.oomKilled ?? null,
    logTail: kept.logTail ?? end?.logTail ?? null,
  };
}

/**
 * Why a container that nobody stopped has ended. `oom_killed` needs exit code 137 as well: a container whose child was
 * killed for memory lives on and shows OOMKilled=true when it later exits with 0.
 */
export function endReason(end: EndFacts, isAfterEngineLoss: boolean): Reason {
  if (isAfterEngineLoss) return reasonOf('engine_lost', 'Found ended when the engine could be reached again.', end);
  if (end.exitCode === 137 && end.oomKilled === true) {
    const message = `The kernel killed its main process because it used all its memory.${killedWords(end.killed)}`;
    return reasonOf('oom_killed', message, end);
  }
  if (end.exitCode === 0) return reasonOf('exited', 'Its main process ended by itself with code 0.', end);
  const how = end.signal === null ? `with code ${end.exitCode ?? 'unknown'}` : `by ${end.signal}`;
  return reasonOf('crashed', `Its main process ended by itself ${how}.`, end);
}

/** A process chooses its own name: only what is plain in it is told. */
function killedWords(killed: EndFacts['killed']): string {
  if (killed === undefined) return '';
  const name = killed.name.replace(/[^\w .:+/-]/g, '?');
  return ` It chose ${name}, which had ${Math.round(killed.ownBytes / 2 ** 20)} MiB.`;
}

export function deadlineReason(deadline: DeadlineName): Reason {
  switch (deadline) {
    case 'startBy':
      return reasonOf('start_failed', 'It did not start in time.');
    case 'stopAt':
      return reasonOf('expired', 'Its timeout passed.');
    case 'idleStopAt':
      return reasonOf('idle', 'It was idle for too long.');
    case 'pausedUntil':
      return reasonOf('expired', 'It was paused for longer than the installation allows.');
    case 'deleteAt':
      return reasonOf('expired', 'It was stopped for longer than it is kept.');
    default:
      return deadline satisfies never;
  }
}

const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
};

/** The signal that a shell-style exit code tells of (128 + n); null for a plain exit. */
export function signalOf(exitCode: number | null): string | null {
  if (exitCode === null || exitCode <= 128) return null;
  return SIGNALS[exitCode - 128] ?? null;
}
