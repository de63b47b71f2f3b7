import type { Connection } from './connection.ts';
import { SandglassError, type SandglassErrorCode } from './sandglass-error.ts';

/** In a row: a service that is started again has most of a minute. */
const MOST_FAILURES = 30;
const PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;
const PASSING: readonly SandglassErrorCode[] = [
  'unreachable',
  'timeout',
  'unexpected_answer',
  'storage_unavailable',
  'engine_unavailable',
  'rate_limited',
];

export interface Followed<T> {
  /** Opens the stream where it broke. Throws what ends it for good. */
  readonly open: () => Promise<Response>;
  readonly read: (response: Response) => AsyncIterable<T>;
  /** True = a stream that ended without a fault is over; else it is opened again. */
  readonly mayEnd: boolean;
  readonly signal: AbortSignal | undefined;
}

/** One long stream of many connections: each that breaks is followed by another one, with a pause and a bound. */
export async function* resumed<T>(connection: Connection, stream: Followed<T>): AsyncGenerator<T, void> {
  for (let failures = 0; ; failures += 1) {
    try {
      const response = await stream.open();
      failures = 0;
      yield* stream.read(response);
      if (stream.mayEnd) return;
    } catch (error) {
      stream.signal?.throwIfAborted();
      if (failures >= MOST_FAILURES || !isPassing(error)) throw error;
    }
    await connection.pause(Math.min(PAUSE_MS * (failures + 1), LONGEST_PAUSE_MS), stream.signal);
  }
}

/** What is no SandglassError is a stream that broke while it was read. */
function isPassing(error: unknown): boolean {
  return !(error instanceof SandglassError) || PASSING.includes(error.code);
}
