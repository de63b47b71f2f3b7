import type { RedisConnection } from './redis-connection.ts';

const KEYS_PER_SCAN = 500;

/** The ids behind the keys that begin with `prefix`, page by page and each once, whatever else the database holds. */
export async function* entryIds(connection: RedisConnection, prefix: string): AsyncIterable<readonly string[]> {
  const pattern = `${globEscaped(prefix)}*`;
  const seen = new Set<string>();
  let cursor = '0';
  do {
    const from = cursor;
    const [next, keys] = await connection.ask((client) => client.scan(from, 'MATCH', pattern, 'COUNT', KEYS_PER_SCAN));
    const page = keys.map((key) => key.slice(prefix.length)).filter((id) => isFirst(id, seen));
    if (page.length > 0) yield page;
    cursor = next;
  } while (cursor !== '0');
}

/** SCAN may answer a key more than once (redis.io/commands/scan). */
function isFirst(id: string, seen: Set<string>): boolean {
  const sizeBefore = seen.size;
  return seen.add(id).size > sizeBefore;
}

function globEscaped(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&');
}
