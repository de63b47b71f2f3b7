import type { AdmissionWait } from '../ports/capacity.ts';
import type { Wait } from './lifecycle-call.ts';

/** A caller who waits longer for a start is told sooner that there is no room. */
const LONGEST_MS = 30_000;

/** How long a start may stand in the line for room: as long as its caller waits. */
export function admissionWait({ seconds, signal }: Wait): AdmissionWait {
  return { waitMs: Math.min(seconds * 1000, LONGEST_MS), signal };
}
