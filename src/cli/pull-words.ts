import type { SandboxEventData } from '../sdk/index.ts';
import { sizeWords } from './size-words.ts';

type Pull = NonNullable<Extract<SandboxEventData, { image: string }>['pull']>;

/** `downloading 12 of 40 MiB`. */
export function pullWords({ phase, currentBytes, totalBytes }: Pull): string {
  if (totalBytes === 0) return phase;
  return `${phase} ${sizeWords(currentBytes)} of ${sizeWords(totalBytes)}`;
}
