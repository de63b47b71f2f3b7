import { errorMessage } from '../../../domain/errors.ts';
import type { Log } from '../../../observe/logger.ts';
import { backoffMs } from './backoff.ts';
import { type EmbeddedServerDeps, ensureServer, type RunningServer } from './embedded-server.ts';
import { trimServerLog } from './server-log.ts';
import { connectionEnd } from './server-probe.ts';
import { endServer } from './server-process.ts';

const LOG_LOOK_INTERVAL_MS = 60_000;
/** A server that lived this long is started again without a growing wait. */
const STEADY_MS = 10_000;

interface ServerKeeperDeps extends Omit<EmbeddedServerDeps, 'signal'> {
  readonly log: Log;
  readonly random: () => number;
}

interface Keeping extends ServerKeeperDeps {
  readonly signal: AbortSignal;
  server: RunningServer | undefined;
  /** The connection to `server` ended, and with it most likely the server. */
  isLost: boolean;
  hasFailed: boolean;
}

export interface ServerKeeper {
  /** undefined while none runs. */
  server(): RunningServer | undefined;
  /** Resolves when the first attempt to have a server is over, with or without one. */
  readonly begun: Promise<void>;
  /** Gives up keeping and ends the server. Never throws; safe to call twice. */
  stop(): Promise<void>;
}

/** Keeps one server running in its place until stopped: finds or starts it, and starts another whenever it ends. */
export function serverKeeper(deps: ServerKeeperDeps): ServerKeeper {
  const stopping = new AbortController();
  const keeping: Keeping = { ...deps, signal: stopping.signal, server: undefined, isLost: false, hasFailed: false };
  const begun = haveServer(keeping);
  const work = begun.then(() => Promise.all([keepServer(keeping), keepLogSmall(keeping)]));
  const endAfterWork = async () => {
    await work;
    if (keeping.server !== undefined) await endServer(keeping.server.pid, keeping.place, keeping.clock);
    keeping.isLost = true;
  };
  let stopped: Promise<void> | undefined;
  return {
    server: () => (keeping.isLost ? undefined : keeping.server),
    begun,
    stop() {
      stopping.abort();
      stopped ??= endAfterWork();
      return stopped;
    },
  };
}

async function keepServer(keeping: Keeping): Promise<void> {
  const { place, clock, log, signal, random } = keeping;
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    const sinceMs = clock.monotonicMs();
    if (keeping.server !== undefined && !keeping.isLost) {
      await connectionEnd(place.socketPath, signal);
      if (signal.aborted) return;
      keeping.isLost = true;
      log.warn({ event: 'embedded_redis.ended', ...keeping.server }, 'Embedded Redis ended');
    }
    if (clock.monotonicMs() - sinceMs > STEADY_MS) attempt = 1;
    await sleep(backoffMs(attempt, random), keeping);
    if (!signal.aborted) await haveServer(keeping);
  }
}

async function haveServer(keeping: Keeping): Promise<void> {
  const { place, log, signal } = keeping;
  try {
    const found = await ensureServer(keeping);
    // Our own child is found "adopted" when only the connection to it had ended.
    if (found.pid !== keeping.server?.pid) keeping.server = found;
    keeping.isLost = false;
    keeping.hasFailed = false;
    log.info(
      { event: 'embedded_redis.running', ...keeping.server, socketPath: place.socketPath },
      'Embedded Redis is running',
    );
  } catch (error) {
    if (signal.aborted || keeping.hasFailed) return;
    keeping.hasFailed = true;
    const reason = errorMessage(error);
    log.error({ event: 'embedded_redis.failed', reason, logFile: place.logFile }, 'Embedded Redis does not start');
  }
}

async function keepLogSmall(keeping: Keeping): Promise<void> {
  while (!keeping.signal.aborted) {
    await sleep(LOG_LOOK_INTERVAL_MS, keeping);
    await trimServerLog(keeping.place.logFile);
  }
}

/** Ends early, without an error, when keeping ends. */
function sleep(ms: number, { clock, signal }: Keeping): Promise<void> {
  return clock.sleep(ms, signal).catch(() => undefined);
}
