import { AGENT_PORT } from '../ports/agent-client.ts';

const CONTROL = new Set(['init', 'stop', 'sandglass']);
const MOST_DECODINGS = 4;

/**
 * Whether a path of the agent is for the service alone: its control calls, and what serves our own API. Read as the most
 * lenient reader would: decoded over and over, any case, any slashes; dot segments have no business here at all.
 */
export function isControlPath(target: string): boolean {
  let path = target.split(/[?#]/, 1)[0] ?? '';
  for (let i = 0; i < MOST_DECODINGS; i += 1) path = decoded(path);
  const segments = path
    .toLowerCase()
    .split(/[/\\]+/)
    .map((segment) => segment.replace(/[;?#\0].*$/s, '').replace(/^[\0-\x20]+|[\0-\x20]+$/g, ''))
    .filter((segment) => segment !== '');
  return segments.some((segment) => segment === '..' || segment === '.') || CONTROL.has(segments[0] ?? '');
}

/** GET /health of the agent: a question about the sandbox, no use of it. */
export function isHealthProbe(method: string, port: number, path: string): boolean {
  return method === 'GET' && port === AGENT_PORT && (path === '/health' || path.startsWith('/health?'));
}

function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
