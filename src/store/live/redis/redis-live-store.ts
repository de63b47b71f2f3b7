import type { Redis } from 'ioredis';
import { filterSandboxInfo } from '../../../domain/sandbox-info.ts';
import type { Log } from '../../../observe/logger.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { LiveStore } from '../../../ports/live-store.ts';
import { entryChange } from '../entry-change.ts';
import { entryIds } from './entry-ids.ts';
import { fromHash, toHashChange } from './live-hash.ts';
import { redisConnection } from './redis-connection.ts';
import { redisTarget, socketTarget } from './redis-target.ts';

export type RedisLiveStoreDeps = ({ readonly url: string } | { readonly socketPath: string }) & {
  /** The installation's id: part of every key, so that several services can share one Redis. */
  readonly serviceId: string;
  readonly clock: Clock;
  readonly log: Log;
  /** At least 0, below 1; spreads the retries. */
  readonly random?: () => number;
};

/**
 * Live information in Redis: one hash `sandglass:<service>:live:<id>` per sandbox, without a TTL. Resolves within a
 * second, with the store down when Redis cannot be reached; it reconnects by itself. Throws `invalid_request` for a
 * wrong address.
 */
export async function redisLiveStore(deps: RedisLiveStoreDeps): Promise<LiveStore> {
  const { serviceId, clock, log, random = Math.random } = deps;
  const target = 'url' in deps ? redisTarget(deps.url) : socketTarget(deps.socketPath);
  const connection = await redisConnection({ target, clock, log, random });
  const prefix = `sandglass:${serviceId}:live:`;
  const isDone = async (command: (client: Redis) => Promise<number>) => (await connection.ask(command)) === 1;
  return {
    async seed(info) {
      const entry = filterSandboxInfo(info);
      const { pairs } = toHashChange(entry);
      return isDone((client) => client.liveSeed(prefix + entry.id, entry.incarnation, ...pairs));
    },
    async patch(id, incarnation, change) {
      const { pairs, drops } = toHashChange(entryChange(change));
      if (pairs.length + drops.length === 0) return false;
      return isDone((client) => client.livePatch(prefix + id, incarnation, pairs.length / 2, ...pairs, ...drops));
    },
    async touch(id, incarnation, atMs) {
      if (entryChange({ lastActivityAtMs: atMs }).lastActivityAtMs === undefined) return false;
      return isDone((client) => client.liveTouch(prefix + id, incarnation, atMs));
    },
    async get(id) {
      const info = fromHash(await connection.ask((client) => hashAt(client, prefix + id)));
      return info?.id === id ? info : undefined;
    },
    evict: (id, incarnation) => isDone((client) => client.liveEvict(prefix + id, incarnation)),
    ids: () => entryIds(connection, prefix),
    status: () => ({ kind: 'redis', isUp: connection.isUp(), detail: connection.detail() }),
    onReconnect: connection.onReconnect,
    close: connection.close,
  };
}

/** No fields when the key holds something else than a hash. */
async function hashAt(client: Redis, key: string): Promise<Record<string, string>> {
  try {
    return await client.hgetall(key);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return {};
    throw error;
  }
}
