import { join } from 'node:path';
import { Redis } from 'ioredis';
import { serviceIdOf } from './engine.ts';

/** The private Redis of a data directory, as seen from outside the service. */
export async function withRedis<T>(dataDir: string, look: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({ path: join(dataDir, 'redis', 'redis.sock'), lazyConnect: true, maxRetriesPerRequest: 1 });
  try {
    await redis.connect();
    return await look(redis);
  } finally {
    redis.disconnect();
  }
}

/** The live hash of a sandbox; empty when there is none. */
export function liveHash(dataDir: string, id: string): Promise<Record<string, string>> {
  return withRedis(dataDir, (redis) => redis.hgetall(`sandglass:${serviceIdOf(dataDir)}:live:${id}`));
}
