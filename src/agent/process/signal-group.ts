import { readdirSync } from 'node:fs';
import { processStat } from './process-stat.ts';

/** Signals a whole group; false when nobody is left in it. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Signals everything that the process started and that did not leave its session: jobs of an interactive shell have
 * groups of their own. False when nobody is left.
 */
export function signalSession(leader: number, signal: NodeJS.Signals): boolean {
  const hadGroup = signalGroup(leader, signal);
  const others = sessionMembers(leader).filter((group) => group !== leader);
  return others.map((group) => signalGroup(group, signal)).some(Boolean) || hadGroup;
}

/** The groups of a session. */
function sessionMembers(leader: number): readonly number[] {
  const groups = readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? processStat(name) : undefined;
    return stat?.session === leader ? [stat.group] : [];
  });
  return [...new Set(groups)];
}
