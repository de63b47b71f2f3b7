import { signal } from '@preact/signals';
import { capacity, capacityHistory } from '../../sdk/pool.ts';
import type { CapacityView } from '../../sdk/wire.ts';
import { clockSkewMs } from '../api/clock-skew.ts';
import { pause } from '../parts/seen.ts';
import { connectionOptions } from '../session.ts';

export interface MemoryPoint {
  readonly atMs: number;
  readonly usedMb: number;
  readonly reservedMb: number;
}

const EVERY_MS = 5_000;
const KEPT_MS = 3_600_000;

/** The room on the engine, as last told. */
export const latestCapacity = signal<CapacityView | null>(null);
/** Memory of the engine over the last hour: as the service kept it, then as it was told since. */
export const memoryPoints = signal<readonly MemoryPoint[]>([]);

/** Asks every few seconds until the signal aborts; what was missed while nobody answered is asked for afterwards. */
export async function recordMemory(until: AbortSignal): Promise<void> {
  let hasPast = false;
  while (!until.aborted) {
    try {
      const options = { ...connectionOptions.peek(), signal: until };
      if (!hasPast) memoryPoints.value = await past(options);
      hasPast = true;
      note(await capacity(options));
    } catch {
      // The state of the event stream says that the service cannot be reached.
      hasPast = false;
    }
    await pause(EVERY_MS, until);
  }
}

async function past(options: Parameters<typeof capacityHistory>[0]): Promise<readonly MemoryPoint[]> {
  const { points } = await capacityHistory(options);
  return points.map(({ at, ...mb }) => ({ atMs: Date.parse(at), ...mb }));
}

function note(room: CapacityView): void {
  latestCapacity.value = room;
  if (room.pressure === null) return;
  const atMs = Date.now() + clockSkewMs.peek();
  const recent = memoryPoints.peek().filter((point) => point.atMs > atMs - KEPT_MS);
  memoryPoints.value = [...recent, { atMs, usedMb: room.pressure.usedMb, reservedMb: room.reservedMb }];
}
