import type { ServiceProcess } from './service-process.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; null for an empty body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on it, a wrong shape fails there.
  readonly body: any;
}

export interface Ask {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

export type Api = (method: string, path: string, ask?: Ask) => Promise<Answer>;

/** Calls the service as any HTTP client would, with its admin key unless another is given. */
export function apiOf(service: Pick<ServiceProcess, 'url' | 'adminKey'>): Api {
  return async (method, path, ask = {}) => {
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: {
        'x-api-key': ask.key ?? service.adminKey,
        ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...ask.headers,
      },
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
      ...(ask.signal === undefined ? {} : { signal: ask.signal }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  };
}

/** Polls until `check` answers something; throws with the last failure when `withinMs` is over. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | false>,
  withinMs = 10_000,
): Promise<T> {
  const beganMs = Date.now();
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    const waitedMs = Date.now() - beganMs;
    if (waitedMs > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    // What takes long is asked about less often: the looks would take the machine from it.
    await new Promise((resolve) => setTimeout(resolve, Math.min(10 + waitedMs / 20, 60)));
  }
}
