import type { Log } from '../../observe/logger.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LiveStore } from '../../ports/live-store.ts';
import { memoryLiveStore } from './memory/memory-live-store.ts';
import { type EmbeddedRedis, embeddedRedis } from './redis/embedded-redis.ts';
import { redisLiveStore } from './redis/redis-live-store.ts';

export interface OpenLiveStoreDeps {
  /** `embedded`, `memory`, or an address: `redis://...`, `rediss://...`, `unix://...`. */
  readonly setting: string;
  readonly dataDir: string;
  readonly serviceId: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Where redis-server is looked for; by default the folders of PATH and the usual ones. */
  readonly binaryFolders?: readonly string[];
}

const NO_SERVER =
  'kept in memory: embedded was asked for and no redis-server was found; install one ' +
  '(apt-get install redis-server), or set SANDGLASS_REDIS_URL to an address or to memory';

/**
 * The live store that SANDGLASS_REDIS_URL asks for; memory where `embedded` finds no redis-server. A Redis that is out of
 * reach is no error: the store comes up down and reconnects. Throws `invalid_request` for a setting that is none of
 * these. Closing the store ends the embedded server too.
 */
export async function openLiveStore(deps: OpenLiveStoreDeps): Promise<LiveStore> {
  const { setting, log } = deps;
  if (setting === 'memory') return memoryLiveStore({ detail: 'kept in memory: SANDGLASS_REDIS_URL is memory' });
  if (setting !== 'embedded') return redisLiveStore({ url: setting, ...deps });
  const server = await embeddedRedis(deps);
  if (server !== undefined) return embeddedStore(server, deps);
  log.warn({ event: 'live_store.fallback' }, NO_SERVER);
  return memoryLiveStore({ detail: NO_SERVER });
}

async function embeddedStore(server: EmbeddedRedis, deps: OpenLiveStoreDeps): Promise<LiveStore> {
  const store = await redisLiveStore({ socketPath: server.socketPath, ...deps });
  return {
    ...store,
    status() {
      const { detail, ...rest } = store.status();
      const named = server.adopted ? 'embedded redis-server, adopted from an earlier run' : 'embedded redis-server';
      return { ...rest, detail: `${named}, ${detail}` };
    },
    async close() {
      await store.close();
      await server.stop();
    },
  };
}
