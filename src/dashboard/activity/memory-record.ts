import { signal } from '@preact/signals';
import { capacity } from '../../sdk/pool.ts';
import type { CapacityView } from '../../sdk/wire.ts';
import { pause } from '../parts/seen.ts';
import { connectionOptions } from '../session.ts';

export interface MemoryPoint {
  readonly atMs: number;
  readonly usedMb: number;
  readonly reservedMb: number;
}

const STORAGE_KEY = 'sandglass.memory';
const EVERY_MS = 5_000;
const KEPT_MS = 3_600_000;

/** The room on the engine, as last told. */
export const latestCapacity = signal<CapacityView | null>(null);
/** Memory of the host over the last hour, as far as this tab was open. */
export const memoryPoints = signal<readonly MemoryPoint[]>(stored());

/** Asks every few seconds until the signal aborts; while nobody answers there are no points. */
export async function recordMemory(until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    try {
      note(await capacity({ ...connectionOptions.peek(), signal: until }));
    } catch {
      // The state of the event stream says that the service cannot be reached.
    }
    await pause(EVERY_MS, until);
  }
}

function note(room: CapacityView): void {
  latestCapacity.value = room;
  if (room.pressure === null) return;
  const point = { atMs: Date.now(), usedMb: room.pressure.usedMb, reservedMb: room.reservedMb };
  memoryPoints.value = [...memoryPoints.peek().filter(isRecent), point];
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(memoryPoints.peek()));
}

function stored(): readonly MemoryPoint[] {
  try {
    const points: unknown = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(points) ? points.filter(isRecent) : [];
  } catch {
    return [];
  }
}

function isRecent({ atMs }: MemoryPoint): boolean {
  return Date.now() - atMs < KEPT_MS;
}
