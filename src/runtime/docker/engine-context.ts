import type { Log } from '../../observe/logger.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Deadlines } from './deadlines.ts';
import type { EngineCalls } from './engine-calls.ts';

/** What every verb of the runtime works with. */
export interface EngineContext {
  readonly engine: string;
  /** The installation whose containers these are. */
  readonly serviceId: string;
  readonly calls: EngineCalls;
  readonly deadlines: Deadlines;
  readonly clock: Clock;
  readonly log: Log;
  /** The host of published ports; null while addresses of containers are reached as they are. */
  readonly publishedHost: () => string | null;
}
