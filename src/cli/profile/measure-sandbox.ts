import type { ProcessView, Sandbox } from '../../sdk/index.ts';
import { SandglassError } from '../../sdk/index.ts';
import { inTurns } from '../in-turns.ts';
import type { Pod } from './memory-profile.ts';
import { failedPod, podOf } from './pod-of.ts';

export interface Measuring {
  /** For each sandbox. */
  readonly timeoutMs: number;
  /** Largest processes to list; null = none. */
  readonly processLimit: number | null;
}

export interface Measured {
  readonly pods: readonly Pod[];
  readonly processErrors: readonly { readonly name: string; readonly error: string }[];
  readonly windowMs: number;
}

/** Sandboxes asked at once: a hundred are ten turns. */
const AT_ONCE = 10;

/**
 * Samples each of them; one that cannot be sampled is an entry with an error, and the rest goes on. Throws only where the
 * service itself cannot be reached, or takes the key no more.
 */
export async function measureSandboxes(sandboxes: readonly Sandbox[], measuring: Measuring): Promise<Measured> {
  const begunMs = performance.now();
  const pods = new Map<string, Pod>();
  const processErrors: { name: string; error: string }[] = [];
  await inTurns(sandboxes, AT_ONCE, async (sandbox) => {
    const { pod, processError } = await measured(sandbox, measuring);
    pods.set(sandbox.id, pod);
    if (processError !== undefined) processErrors.push({ name: sandbox.id, error: processError });
  });
  const windowMs = Math.round(performance.now() - begunMs);
  const inOrder = sandboxes.flatMap(({ id }) => pods.get(id) ?? []);
  return { pods: inOrder, processErrors, windowMs };
}

async function measured(sandbox: Sandbox, { timeoutMs, processLimit }: Measuring) {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const metrics = await sandbox.metrics({ detail: true, signal });
    const { processes, error } = await processesOf(sandbox, processLimit, signal);
    return { pod: podOf({ view: sandbox.view, metrics, processes }), processError: error };
  } catch (error) {
    return { pod: failedPod(sandbox.view, errorOf(error, timeoutMs)), processError: undefined };
  }
}

interface Listed {
  readonly processes: readonly ProcessView[];
  readonly error?: string;
}

async function processesOf(sandbox: Sandbox, limit: number | null, signal: AbortSignal): Promise<Listed> {
  if (limit === null) return { processes: [] };
  try {
    const processes = await sandbox.processes({ signal });
    return { processes: processes.slice(0, limit) };
  } catch (error) {
    if (isFatal(error)) throw error;
    return { processes: [], error: error instanceof Error ? error.message : String(error) };
  }
}

/** What is wrong with all of them is no entry. */
function errorOf(error: unknown, timeoutMs: number): string {
  if (isFatal(error)) throw error;
  if (error instanceof Error && error.name === 'TimeoutError') return `It did not answer in ${timeoutMs / 1000} s.`;
  return error instanceof Error ? error.message : String(error);
}

function isFatal(error: unknown): boolean {
  return (
    error instanceof SandglassError && ['unreachable', 'unauthenticated', 'unexpected_answer'].includes(error.code)
  );
}
