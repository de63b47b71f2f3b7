import type { FaultPoint } from '../../../src/ports/fault-point.ts';
import { type MemoryLifecycle, type MemoryLifecycleOptions, memoryLifecycle } from '../memory-lifecycle.ts';

/** A process that dies at one of its points: nothing it was about to do happens any more. */
export interface DyingProcess {
  readonly faultPoint: FaultPoint;
  /** Points from now on are numbered, and the one of that number is the last; without a number all are only listed. */
  arm(dieAt: number | null): void;
  /** The points that were passed since armed, in order, the deadly one last. */
  readonly passed: readonly string[];
  /** Settles when it has died. */
  readonly died: Promise<void>;
}

export function dyingProcess(): DyingProcess {
  const passed: string[] = [];
  let isArmed = false;
  let isDead = false;
  let dieAt: number | null = null;
  let tell = () => {};
  const died = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return {
    passed,
    died,
    arm(at) {
      isArmed = true;
      dieAt = at;
    },
    faultPoint(name) {
      if (isDead) return new Promise(() => {});
      if (!isArmed) return;
      passed.push(name);
      if (passed.length - 1 !== dieAt) return;
      isDead = true;
      tell();
      return new Promise(() => {});
    },
  };
}

/** The next process over what the dead one left: the same database, live store and engine. */
export async function bootAfter(dead: MemoryLifecycle, options: MemoryLifecycleOptions = {}): Promise<MemoryLifecycle> {
  const next = await memoryLifecycle({ ...options, after: dead });
  await next.lifecycle.boot();
  return next;
}
