import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Account } from '../accounts.ts';
import { AgentError } from '../agent-error.ts';
import { homeOf, type Session } from '../session.ts';

export interface ProcessSpec {
  readonly user: Account;
  readonly command: string;
  readonly args: readonly string[];
  /** null = the user's directory; relative = below their home; ~ = their home. */
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a process is given: PATH, HOME, USER, LOGNAME, then the sandbox's, then the call's. */
export function environmentOf(session: Session, { user, env }: ProcessSpec): Record<string, string> {
  const own = { PATH: DEFAULT_PATH, HOME: user.home, USER: user.name, LOGNAME: user.name };
  return { ...own, ...session.run().env, ...env };
}

/** An existing directory. Throws `invalid_argument` with the words that clients of envd know. */
export function directoryOf(session: Session, { user, cwd }: Pick<ProcessSpec, 'user' | 'cwd'>): string {
  const wanted = cwd === null || cwd === '' ? homeOf(user, session) : expand(cwd, user);
  if (statSync(wanted, { throwIfNoEntry: false })?.isDirectory() === true) return wanted;
  // A home that nobody made: images without /root or /home have processes all the same.
  if (cwd === null || cwd === '') return '/';
  throw new AgentError('invalid_argument', `cwd '${cwd}' does not exist`);
}

/** An absolute path: `~` is the user's home, and relative paths begin there. */
export function expand(path: string, { home }: Account): string {
  if (path === '~') return home;
  if (path.startsWith('~/')) return join(home, path.slice(2));
  return isAbsolute(path) ? path : join(home, path);
}

/**
 * A process in a session and a group of its own, so that the whole of it can be signalled. Throws what a start can
 * throw at once; `error` of the child is the rest (no such program).
 */
export function spawnAs(session: Session, spec: ProcessSpec, stdio: StdioOptions): ChildProcess {
  const { user } = spec;
  const cwd = directoryOf(session, spec);
  const env = environmentOf(session, spec);
  // Node sets uid and gid and keeps the groups of the agent; root's are none but its own.
  return spawn(spec.command, [...spec.args], { cwd, env, stdio, detached: true, uid: user.uid, gid: user.gid });
}

/** Signals a whole group; false when nobody is left in it. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
