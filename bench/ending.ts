import { errorMessage } from '../src/domain/errors.ts';

type CleanUp = () => Promise<void> | void;

/** What has to be taken away when a bench ends, however it ends. */
export interface Ending {
  /** Throws between two iterations once somebody asked for the end. */
  check(): void;
  readonly signal: AbortSignal;
  /** Runs the work, then, last first, whatever it asked to have cleaned up. */
  around<T>(work: (cleanUp: (task: CleanUp) => void) => Promise<T>): Promise<T>;
}

/** Ctrl-C ends the bench at the next iteration, with everything cleaned up; the second one ends it at once. */
export function endingOnSignals(): Ending {
  const asked = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (asked.signal.aborted) process.exit(130);
    process.stderr.write(`\n${signal}: cleaning up; once more ends it at once and leaves containers behind\n`);
    asked.abort(new Error(`ended by ${signal}`));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    check: () => asked.signal.throwIfAborted(),
    signal: asked.signal,
    async around(work) {
      const tasks: CleanUp[] = [];
      try {
        return await work((task) => tasks.push(task));
      } finally {
        for (const task of tasks.reverse()) await cleaned(task);
      }
    },
  };
}

async function cleaned(task: CleanUp): Promise<void> {
  try {
    await task();
  } catch (error) {
    process.stderr.write(`not cleaned up: ${errorMessage(error)}\n`);
  }
}
