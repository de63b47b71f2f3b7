import { Session } from 'node:inspector/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface CpuProfiler {
  /**
   * Where this process spends its time from now on for so long, as the text of a .cpuprofile file. Rejects with the
   * signal's reason when it aborts. undefined while another profile is taken.
   */
  take(durationMs: number, signal: AbortSignal): Promise<string> | undefined;
}

/** A claim takes a few milliseconds: V8 looks twice in each. */
const SAMPLING_MICROSECONDS = 500;

/** One profile at a time: two would show each other. */
export function cpuProfiler(): CpuProfiler {
  let isTaken = false;
  return {
    take(durationMs, signal) {
      if (isTaken) return undefined;
      isTaken = true;
      return profileOf(durationMs, signal).finally(() => {
        isTaken = false;
      });
    },
  };
}

async function profileOf(durationMs: number, signal: AbortSignal): Promise<string> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROSECONDS });
    await session.post('Profiler.start');
    await sleep(durationMs, undefined, { signal });
    const { profile } = await session.post('Profiler.stop');
    return JSON.stringify(profile);
  } finally {
    // Ends a profile that still runs.
    session.disconnect();
  }
}
