import type { Log } from '../../../observe/logger.ts';
import type { Clock } from '../../../ports/clock.ts';
import { embeddedPlace } from './embedded-place.ts';
import { findRedisServer, redisServerFolders } from './redis-server-binary.ts';
import { serverKeeper } from './server-keeper.ts';

export interface EmbeddedRedisDeps {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Stops the server like `stop()`. */
  readonly signal?: AbortSignal;
  /** Where redis-server is looked for; by default the folders of PATH and the usual ones. */
  readonly binaryFolders?: readonly string[];
  /** At least 0, below 1; spreads the restarts. */
  readonly random?: () => number;
}

export interface EmbeddedRedis {
  readonly socketPath: string;
  /** undefined while no server runs: it is started again by itself. */
  readonly pid: number | undefined;
  /** True while the server is one that an earlier run of the service left behind. */
  readonly adopted: boolean;
  /** Ends the server, adopted or not, in about two seconds at most. Never throws; safe to call twice. */
  stop(): Promise<void>;
}

/**
 * A private redis-server that keeps nothing on disk, on a unix socket in `<dataDir>/redis/` and on no TCP port; undefined
 * where there is no redis-server, and off Linux. It ends with `stop()`. When the service itself is killed it lives on, idle,
 * until the next start on this data directory adopts it. One that dies is started again, empty, as long as the service
 * lives. Throws `storage_unavailable` when its folder cannot be private.
 */
export async function embeddedRedis(deps: EmbeddedRedisDeps): Promise<EmbeddedRedis | undefined> {
  const { clock, log, signal, random = Math.random } = deps;
  const binary = await findRedisServer(deps.binaryFolders ?? redisServerFolders());
  if (binary === undefined || process.platform !== 'linux') return undefined;
  const place = await embeddedPlace(deps.dataDir);
  const { socketPath } = place;
  if (place.isSocketElsewhere) {
    log.info({ event: 'embedded_redis.socket_elsewhere', socketPath }, 'The data directory is too long for a socket');
  }

  const keeper = serverKeeper({ binary, place, clock, log, random });
  const stop = () => {
    signal?.removeEventListener('abort', stop);
    return keeper.stop();
  };
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) await stop();
  await keeper.begun;
  return {
    socketPath,
    get pid() {
      return keeper.server()?.pid;
    },
    get adopted() {
      return keeper.server()?.isAdopted ?? false;
    },
    stop,
  };
}
