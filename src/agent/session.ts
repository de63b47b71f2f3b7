import { createHash, timingSafeEqual } from 'node:crypto';
import type { AgentInit } from '../contract/agent.ts';
import type { Account, Accounts } from './accounts.ts';
import { AgentError } from './agent-error.ts';

/** The run of the sandbox that this agent serves: empty until /init, then the same for as long as it lives. */
export interface Session {
  /** undefined before /init. */
  readonly current: Run | undefined;
  /** Throws `unavailable` before /init. */
  run(): Run;
  begin(run: Run): void;
  /** Whether the token is the sandbox's; compared in constant time. Nothing is, before /init. */
  isAccessToken(candidate: string): boolean;
}

export interface Run {
  readonly init: AgentInit;
  /** As the sandbox's files say now. */
  readonly defaultUser: Account;
  /** Where the default user's processes begin. */
  readonly workdir: string;
  /** What every process gets before its own: the image's, then the sandbox's. */
  readonly env: Readonly<Record<string, string>>;
}

export function openSession(): Session {
  let current: Run | undefined;
  let tokenHash: Buffer | undefined;
  return {
    get current() {
      return current;
    },
    run() {
      if (current === undefined) throw new AgentError('unavailable', 'The sandbox is not ready yet.', { status: 503 });
      return current;
    },
    begin(run) {
      current = run;
      tokenHash = undefined;
    },
    isAccessToken(candidate) {
      if (current === undefined) return false;
      // With the first call, not with the claim that hands the run over.
      tokenHash ??= sha256(current.init.accessToken);
      return timingSafeEqual(sha256(candidate), tokenHash);
    },
  };
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Who makes a call: the user of its `Authorization: Basic`, as every SDK of E2B sends it (the password is empty), else
 * the sandbox's default user. Throws `unauthenticated` for a user that the sandbox does not have.
 */
export function userOf(authorization: string | null | undefined, session: Session, accounts: Accounts): Account {
  const match = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '');
  const name = match?.[1] === undefined ? '' : Buffer.from(match[1], 'base64').toString('utf8').replace(/:.*$/s, '');
  return name === '' ? session.run().defaultUser : accounts.get(name);
}

/** Where a process of that user begins when the call names no directory. */
export function homeOf(user: Account, { run }: Session): string {
  const { defaultUser, workdir } = run();
  return user.uid === defaultUser.uid ? workdir : user.home;
}
