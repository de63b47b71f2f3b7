import type { MemoryPoint } from '../ports/capacity.ts';
import type { Clock } from '../ports/clock.ts';
import type { MemoryReading } from './memory-pressure.ts';

export interface MemoryRecordDeps {
  readonly read: () => Pick<MemoryReading, 'usedBytes'>;
  readonly reservedMb: () => number;
  readonly clock: Pick<Clock, 'nowMs'>;
}

export interface MemoryRecord {
  /** Reads memory now: files of the kernel, so never on the path of a claim. */
  note(): void;
  /** Of the last hour, oldest first. */
  points(): readonly MemoryPoint[];
}

const KEPT_MS = 3_600_000;
const MIB = 1024 * 1024;

/** How the memory of the engine's machine was used, for whoever looks later. */
export function memoryRecord({ read, reservedMb, clock }: MemoryRecordDeps): MemoryRecord {
  let kept: MemoryPoint[] = [];
  return {
    note() {
      const atMs = clock.nowMs();
      const point = { atMs, usedMb: Math.round(read().usedBytes / MIB), reservedMb: reservedMb() };
      // After a jump of the clock none may lie ahead of now.
      kept = [...kept.filter((one) => one.atMs > atMs - KEPT_MS && one.atMs < atMs), point];
    },
    points: () => kept,
  };
}
