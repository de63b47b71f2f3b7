import { isSandboxError } from '../domain/errors.ts';
import type { JobName } from '../domain/machine.ts';

/** What this process last tried for a sandbox whose job is not done. */
export interface Attempt {
  readonly job: JobName;
  /** Tries of this job so far, the one under way included. */
  readonly count: number;
  /** When the newest try began or, once it has failed, when it failed. */
  readonly atMs: number;
  /** What the last failed try said, fit to show; null = none failed. */
  readonly error: string | null;
  /** null = a try is under way. */
  readonly nextAtMs: number | null;
}

/** The last try of each sandbox, in memory: bounded, and forgotten when the job is done. */
export interface Attempts {
  /** A try begins; the count starts again with another job. */
  begin(id: string, job: JobName, atMs: number): void;
  /** The try that began last ended without an outcome; nothing happens when none did. */
  fail(id: string, error: unknown, at: { readonly atMs: number; readonly nextAtMs: number }): void;
  forget(id: string): void;
  find(id: string): Attempt | undefined;
}

const MOST = 10_000;
const UNFORESEEN = 'An internal error; the log of the service has it as job.failed.';

export function attempts(most = MOST): Attempts {
  const last = new Map<string, Attempt>();
  return {
    begin(id, job, atMs) {
      const before = last.get(id);
      const isSame = before?.job === job;
      // Written anew, so that the oldest stays the first.
      last.delete(id);
      last.set(id, {
        ...{ job, atMs, nextAtMs: null },
        count: isSame ? before.count + 1 : 1,
        error: isSame ? before.error : null,
      });
      for (const oldest of last.keys()) {
        if (last.size <= most) break;
        last.delete(oldest);
      }
    },
    fail(id, error, { atMs, nextAtMs }) {
      const begun = last.get(id);
      const message = isSandboxError(error) ? error.message : UNFORESEEN;
      if (begun !== undefined) last.set(id, { ...begun, atMs, nextAtMs, error: message });
    },
    forget: (id) => void last.delete(id),
    find: (id) => last.get(id),
  };
}
