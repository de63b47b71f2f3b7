import { SandglassError } from '../../sdk/index.ts';
import type { Check } from './cell.ts';

export interface Measured {
  readonly isOk: boolean;
  readonly value: string;
  readonly evidence: unknown;
}

/** Does it and says what came of it: what it throws is a failed check. Throws the reason of the signal when that aborts. */
export async function check(name: string, signal: AbortSignal, work: () => Promise<Measured>): Promise<Check> {
  try {
    const { isOk, value, evidence } = await work();
    return { name, outcome: isOk ? 'ok' : 'failed', value, evidence };
  } catch (error) {
    signal.throwIfAborted();
    return failedCheck(name, error);
  }
}

export function failedCheck(name: string, error: unknown): Check {
  return { name, outcome: 'failed', value: wordsOf(error), evidence: { error: errorEvidence(error) } };
}

export function unmeasured(name: string, why: string): Check {
  return { name, outcome: 'unmeasured', value: why, evidence: null };
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function errorEvidence(error: unknown) {
  const { code, status } = error instanceof SandglassError ? error : {};
  return { message: wordsOf(error), code: code ?? null, status: status ?? null };
}
