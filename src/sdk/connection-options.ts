import { SandglassError } from './sandglass-error.ts';
import type { WebSocketClass } from './web-socket.ts';

/** How the service is reached. Everything may be left out. */
export interface ConnectionOptions {
  /** Default: SANDGLASS_URL where there is an environment, else http://127.0.0.1:4747. */
  readonly url?: string | undefined;
  /** Default: SANDGLASS_API_KEY where there is an environment. */
  readonly apiKey?: string | undefined;
  /** Ends this call and all waiting for it; the work that was asked for goes on. A sandbox that it made is free of it. */
  readonly signal?: AbortSignal | undefined;
  /** Longest time one request may stay without its answer; default 60,000. Waiting for a state takes many requests. */
  readonly timeoutMs?: number | undefined;
  /** Default: the global fetch. */
  readonly fetch?: typeof fetch | undefined;
  /** For terminals; default: the global WebSocket. */
  readonly webSocket?: WebSocketClass | undefined;
}

export interface ResolvedOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
  readonly webSocket: WebSocketClass | undefined;
}

const DEFAULT_URL = 'http://127.0.0.1:4747';
const DEFAULT_TIMEOUT_MS = 60_000;

/** Throws `invalid_request` for an address that is none. */
export function resolveOptions(options: ConnectionOptions): ResolvedOptions {
  const env = environment();
  const url = options.url ?? nonEmpty(env['SANDGLASS_URL']) ?? DEFAULT_URL;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new SandglassError('invalid_request', `"${url}" is no address of a service.`, {
      hint: `It looks like ${DEFAULT_URL}.`,
    });
  }
  return {
    url: url.replace(/\/+$/, ''),
    apiKey: options.apiKey ?? nonEmpty(env['SANDGLASS_API_KEY']),
    signal: options.signal,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    webSocket: options.webSocket,
  };
}

function environment(): Readonly<Record<string, string | undefined>> {
  // Browsers have no `process`, which the types of Node.js cannot say.
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env ?? {};
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
