import { type ConnectionOptions, type ExecResult, Sandbox, type SandboxStart } from '../../sdk/index.ts';
import type { EngineView, ServiceFacts, TemplateView } from './service-calls.ts';

/** On every sandbox that the matrix starts; its value is the run. */
export const RUN_LABEL = 'sandglass.matrix';

/** What one run of the matrix shares. */
export interface Run {
  /** Letters and digits; part of the name of everything that it makes. */
  readonly id: string;
  /** As the caller: an admin key. */
  readonly options: ConnectionOptions;
  /** The same for a user of another tenant. */
  readonly stranger: ConnectionOptions;
  /** Aborts with Ctrl-C. */
  readonly signal: AbortSignal;
  readonly engine: EngineView;
  /** As /v1/admin/info tells it. */
  readonly service: ServiceFacts;
  /** What the templates of the run are made like. */
  readonly base: TemplateView;
  /** Numbers of starts at once, ascending. */
  readonly atOnce: readonly number[];
  /** Longest time for one start, stop or wait, milliseconds. */
  readonly timeoutMs: number;
  /** argv that restarts the service and ends when it was told to; undefined = not given. */
  readonly restartCommand?: readonly string[];
  /** argv that makes a container of this service without a row; {service}, {id}, {runtime} and {image} are filled in. */
  readonly orphanCommand?: readonly string[];
  /** Says on stderr what is being done. */
  say(text: string): void;
}

/** Templates of a run: what sandboxes are started from, what fills the pool, and the one of the heavier set. */
export function templateNames(runId: string) {
  return { plain: `matrix-${runId}`, pool: `matrix-${runId}-pool`, heavy: `matrix-${runId}-heavy` };
}

/** A sandbox that is left behind, because this program was killed, goes away by itself. */
const LIFETIME = { timeoutSeconds: 1800, onTimeout: 'delete' } as const;

/** Labelled; the rest as it is wished. Throws when it does not run in time. */
export function start(run: Run, runtime: string, wish: SandboxStart = {}): Promise<Sandbox> {
  const { labels, lifetime, ...rest } = wish;
  return Sandbox.start(
    {
      ...{ template: templateNames(run.id).plain, runtime, ...rest },
      labels: { ...labels, [RUN_LABEL]: run.id },
      lifetime: { ...LIFETIME, ...lifetime },
    },
    { ...run.options, signal: limited(run) },
  );
}

export function exec(run: Run, sandbox: Sandbox, command: readonly string[], timeoutSeconds = 60): Promise<ExecResult> {
  return sandbox.exec(command, { timeoutSeconds, signal: limited(run) });
}

export function remove(run: Run, sandbox: Sandbox): Promise<void> {
  return sandbox.delete({ force: true, signal: limited(run) });
}

/** Aborts with the run, and when the time for one step is over. */
export function limited({ signal, timeoutMs }: Pick<Run, 'signal' | 'timeoutMs'>): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
}

/** The first answer that is not undefined; throws when the time is over. Asks every `everyMs`. */
export async function waitFor<T>(
  run: Pick<Run, 'signal' | 'timeoutMs'>,
  what: string,
  look: () => Promise<T | undefined>,
  everyMs = 200,
): Promise<T> {
  const endMs = performance.now() + run.timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new Error(`${what}: not within ${run.timeoutMs / 1000} s.`);
    await pause(everyMs, run.signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const end = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
