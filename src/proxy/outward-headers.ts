import { isHopByHop, namedIn } from './hop-by-hop.ts';
import type { Target } from './target.ts';

const STREAM_TYPE = /^(text\/event-stream|application\/(connect\+|(x-)?ndjson|jsonl|grpc))/i;
/** Never allow-same-origin: a page from inside a sandbox must not share the origin of the API and its dashboard. */
const PATH_FORM_POLICY = 'sandbox allow-scripts allow-forms allow-popups allow-downloads';

export interface OutwardHeaders {
  /** Names and values in turn. */
  readonly headers: string[];
  /** Events, Connect or NDJSON: whoever stands in front must not hold it back. */
  readonly isStream: boolean;
}

/** What a client is shown of the headers of a program inside: unchanged but for what each hop and the path form demand. */
export function outwardHeaders(
  raw: readonly string[],
  { form, prefix }: Pick<Target, 'form' | 'prefix'>,
): OutwardHeaders {
  const isPathForm = form === 'path';
  const named = namedIn(raw);
  const isStream = hasStreamType(raw);
  const headers: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    const lower = name.toLowerCase();
    if (isHopByHop(lower) || (named?.has(lower) && lower !== 'content-length')) continue;
    if (isStream && (lower === 'cache-control' || lower === 'x-accel-buffering')) continue;
    if (isPathForm && isDroppedFromPathForm(lower, value, prefix)) continue;
    headers.push(name, value);
  }
  if (isStream) headers.push('X-Accel-Buffering', 'no', 'Cache-Control', 'no-store, no-transform');
  if (isPathForm) headers.push('Content-Security-Policy', PATH_FORM_POLICY, 'X-Content-Type-Options', 'nosniff');
  return { headers, isStream };
}

function hasStreamType(raw: readonly string[]): boolean {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (name.length === 12 && name.toLowerCase() === 'content-type') return STREAM_TYPE.test(raw[i + 1] ?? '');
  }
  return false;
}

function isDroppedFromPathForm(lower: string, value: string, prefix: string): boolean {
  if (lower === 'service-worker-allowed' || lower === 'clear-site-data' || lower === 'x-content-type-options')
    return true;
  return lower === 'set-cookie' && !isWithin(value, prefix);
}

/** Whether a cookie stays below the prefix: without a Path it does, by the request's own; a Domain leads to other hosts. */
function isWithin(cookie: string, prefix: string): boolean {
  for (const attribute of cookie.split(';').slice(1)) {
    const mark = attribute.indexOf('=');
    const name = (mark === -1 ? attribute : attribute.slice(0, mark)).trim().toLowerCase();
    const value = mark === -1 ? '' : attribute.slice(mark + 1).trim();
    if (name === 'domain' && value !== '') return false;
    if (name === 'path' && value.startsWith('/') && value !== prefix && !value.startsWith(`${prefix}/`)) return false;
  }
  return true;
}
