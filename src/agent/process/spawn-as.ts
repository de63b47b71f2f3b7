import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Account } from '../accounts.ts';
import { AgentError } from '../agent-error.ts';
import { homeOf, type Session } from '../session.ts';
import { findProgram, findSetpriv } from './find-program.ts';
import { killedFirst } from './killed-first.ts';

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

/** What the system call is given. */
export interface Launch {
  /** Absolute. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Record<string, string>;
}

/** Looks everything up. Throws `invalid_argument` for a directory or a program that is not there. */
export function launchOf(session: Session, spec: ProcessSpec): Launch {
  const cwd = directoryOf(session, spec);
  const env = environmentOf(session, spec);
  const program = findProgram(spec.command, { cwd, path: env['PATH'] ?? DEFAULT_PATH });
  return { program, args: spec.args, cwd, env };
}

/**
 * A process in a session and a group of its own, so that the whole of it can be signalled. Throws what a start can
 * throw at once; `error` of the child is the rest.
 */
export function spawnAs(session: Session, spec: ProcessSpec, stdio: StdioOptions): ChildProcess {
  const { program, args, cwd, env } = launchOf(session, spec);
  const { uid, gid, groups } = spec.user;
  const setpriv = groups.length > 1 ? findSetpriv(realpathSync) : undefined;
  if (setpriv === undefined) {
    return killedFirst(() => spawn(program, [...args], { cwd, env, stdio, detached: true, uid, gid }));
  }
  // Node drops all groups but the first when it changes the user (libuv calls setgroups(0) in the child).
  const become = [`--reuid=${uid}`, `--regid=${gid}`, `--groups=${groups.join(',')}`, '--', program];
  return killedFirst(() => spawn(setpriv, [...become, ...args], { cwd, env, stdio, detached: true }));
}
