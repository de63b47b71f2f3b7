import type { IncomingMessage } from 'node:http';
import { AGENT_PORT } from '../ports/agent-client.ts';
import { isHopByHop, namedIn } from './hop-by-hop.ts';
import type { Route } from './route.ts';
import type { Target } from './target.ts';

/** Secrets and words that are for the service alone. */
const KEPT_HERE = new Set([
  'x-api-key',
  'e2b-traffic-access-token',
  'x-sandglass-init-secret',
  'x-sandglass-no-activity',
  // Answered here, before the body is asked for.
  'expect',
]);
const OUR_KEY = /e2b_[0-9a-f]{40}/i;
const KEY_PROTOCOL = /\s*sandglass\.key\.[^,]*(,|$)/gi;

/** What a program inside is shown of a client's headers: names and values in turn, in their order. */
export function inwardHeaders(request: IncomingMessage, target: Target, route: Route): string[] {
  const { rawHeaders, socket } = request;
  const named = namedIn(rawHeaders);
  const headers: string[] = [];
  const forwarded = { for: '', proto: '', host: '' };
  let host = '';
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const lower = name.toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    if (lower === 'host') host ||= value;
    else if (lower === 'x-forwarded-for') forwarded.for += forwarded.for === '' ? value : `, ${value}`;
    else if (lower === 'x-forwarded-proto') forwarded.proto ||= value;
    else if (lower === 'x-forwarded-host') forwarded.host ||= value;
    else if (lower === 'x-access-token' && target.port !== AGENT_PORT) continue;
    else if (isHopByHop(lower) || KEPT_HERE.has(lower) || lower.startsWith('e2b-sandbox-')) continue;
    else if (named?.has(lower) && lower !== 'content-length') continue;
    else if (lower.includes('authorization') && bearsOurKey(value)) continue;
    else if (lower === 'sec-websocket-protocol') pushProtocols(headers, name, value);
    else headers.push(name, value);
  }
  const peer = socket.remoteAddress ?? 'unknown';
  headers.push('Host', route.maskRequestHost?.replace(/\$\{PORT\}/g, String(target.port)) ?? host);
  headers.push('X-Forwarded-For', forwarded.for === '' ? peer : `${forwarded.for}, ${peer}`);
  headers.push('X-Forwarded-Proto', forwarded.proto || 'http', 'X-Forwarded-Host', forwarded.host || host);
  return headers;
}

function bearsOurKey(value: string): boolean {
  if (OUR_KEY.test(value)) return true;
  const basic = /^\s*basic\s+(\S+)/i.exec(value)?.[1];
  return basic !== undefined && OUR_KEY.test(Buffer.from(basic, 'base64').toString('latin1'));
}

/** WebSocket clients of the API show their key as a subprotocol. */
function pushProtocols(headers: string[], name: string, value: string): void {
  const kept = value.replace(KEY_PROTOCOL, '').replace(/[\s,]+$/, '');
  if (kept !== '') headers.push(name, kept);
}
