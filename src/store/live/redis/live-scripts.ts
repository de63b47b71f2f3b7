import type { ClientContext, Result } from 'ioredis';

declare module 'ioredis' {
  interface RedisCommander<Context extends ClientContext> {
    liveSeed(key: string, incarnation: number, ...pairs: readonly string[]): Result<number, Context>;
    livePatch(
      key: string,
      incarnation: number,
      setCount: number,
      ...setsThenDrops: readonly string[]
    ): Result<number, Context>;
    liveTouch(key: string, incarnation: number, atMs: number): Result<number, Context>;
    liveEvict(key: string, incarnation: number): Result<number, Context>;
  }
}

// A key that is no hash makes pcall return an error table, which tonumber turns into nil: the same as no entry.

const seed = `
-- KEYS[1]   the sandbox's hash
-- ARGV[1]   incarnation of the new entry
-- ARGV[2..] its fields: name, value, name, value, ...
-- reply     1 written; 0 left alone, a higher incarnation is there
local held = tonumber(redis.pcall('HGET', KEYS[1], 'incarnation'))
if held and held > tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return 1
`;

const patch = `
-- KEYS[1]   the sandbox's hash
-- ARGV[1]   incarnation the entry must have
-- ARGV[2]   n, the number of fields to set
-- ARGV[3..] those fields: n times name, value; then the names of the fields to drop
-- reply     1 written; 0 no entry of this incarnation
local held = tonumber(redis.pcall('HGET', KEYS[1], 'incarnation'))
if held ~= tonumber(ARGV[1]) then return 0 end
local lastSet = 2 + 2 * tonumber(ARGV[2])
if lastSet > 2 then redis.call('HSET', KEYS[1], unpack(ARGV, 3, lastSet)) end
if #ARGV > lastSet then redis.call('HDEL', KEYS[1], unpack(ARGV, lastSet + 1)) end
return 1
`;

const touch = `
-- KEYS[1]   the sandbox's hash
-- ARGV[1]   incarnation the entry must have
-- ARGV[2]   instant of the activity, epoch milliseconds
-- reply     1 written; 0 no entry of this incarnation, or its last activity is not earlier
local held = tonumber(redis.pcall('HGET', KEYS[1], 'incarnation'))
if held ~= tonumber(ARGV[1]) then return 0 end
local latest = tonumber(redis.call('HGET', KEYS[1], 'lastActivityAtMs'))
if latest and latest >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'lastActivityAtMs', ARGV[2])
return 1
`;

const evict = `
-- KEYS[1]   the sandbox's hash
-- ARGV[1]   incarnation up to which the entry goes
-- reply     1 removed; 0 no entry, or one of a higher incarnation
local held = tonumber(redis.pcall('HGET', KEYS[1], 'incarnation'))
if held and held > tonumber(ARGV[1]) then return 0 end
return redis.call('DEL', KEYS[1])
`;

/** Custom commands of the client: each compares the incarnation and writes in one step. */
export const liveScripts = {
  liveSeed: { lua: seed, numberOfKeys: 1 },
  livePatch: { lua: patch, numberOfKeys: 1 },
  liveTouch: { lua: touch, numberOfKeys: 1 },
  liveEvict: { lua: evict, numberOfKeys: 1 },
};
