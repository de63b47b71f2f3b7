import type { SandboxState } from '../../src/domain/sandbox.ts';
import { silentLog } from '../../src/observe/logger.ts';
import { type CapacityDeps, capacity, type RunningCapacity } from '../../src/pool/capacity.ts';
import { SLOT_MB } from '../../src/pool/memory-ledger.ts';
import { type CountedClock, countedClock } from './counted-clock.ts';

/** What the engine says, for a test to change. */
export interface EngineRoom {
  memoryMb: number | null;
  pressure: number | null;
  isDiskFull: boolean;
  /** Ids that can be evicted. */
  idle: string[];
  /** Ids that are being evicted: their rows leave when the test says so. */
  closing: string[];
  evictionsAsked: number[];
  hurried: number;
}

export interface CapacityRoom {
  readonly clock: CountedClock;
  readonly room: EngineRoom;
  readonly subject: RunningCapacity;
  follow(id: string, state: SandboxState, memoryMb?: number): void;
}

/** A `capacity` of 1000 MiB over an engine of the test's making. */
export function capacityRoom(change: Partial<CapacityDeps> = {}): CapacityRoom {
  const clock = countedClock();
  const room: EngineRoom = {
    memoryMb: 1000,
    pressure: null,
    isDiskFull: false,
    idle: [],
    closing: [],
    evictionsAsked: [],
    hurried: 0,
  };
  const subject = capacity({
    clock,
    log: silentLog,
    engine: 'local',
    memoryMb: () => room.memoryMb,
    overcommit: 1,
    pressureRatio: () => room.pressure,
    pressureStatus: () => null,
    disk: () => null,
    isDiskFull: () => room.isDiskFull,
    evictSlots(neededMb) {
      room.evictionsAsked.push(neededMb);
      const evicted = room.idle.splice(0, Math.ceil(neededMb / SLOT_MB));
      room.closing.push(...evicted);
      return evicted.length * SLOT_MB;
    },
    hurry() {
      room.hurried += 1;
    },
    ...change,
  });
  return {
    clock,
    room,
    subject,
    follow: (id, state, memoryMb = 512) => subject.follow({ id, state, resources: { memoryMb } }),
  };
}

/** Lets everything that waits for nothing come to its end. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
