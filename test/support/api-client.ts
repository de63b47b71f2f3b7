import type { Problem } from '../../src/contract/problem.ts';
import { problemSchema } from '../../src/contract/problem.ts';
import type { SandboxView } from '../../src/contract/sandbox-view.ts';
import { sandboxViewSchema } from '../../src/contract/sandbox-view.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed; undefined where there was nothing. */
  readonly json: unknown;
  /** The body as a sandbox; throws where it is none by the contract. */
  view(): SandboxView;
  /** The body as a problem document; throws where it is none. */
  problem(): Problem;
}

export interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface ApiClient {
  readonly keyId: string;
  readonly secret: string;
  get(path: string, options?: AskOptions): Promise<Reply>;
  /** Without a body when `body` is not given. */
  post(path: string, body?: object, options?: AskOptions): Promise<Reply>;
  patch(path: string, body: object): Promise<Reply>;
  delete(path: string): Promise<Reply>;
  /** Any method, body and headers. */
  send(method: string, path: string, init?: RequestInit): Promise<Response>;
  /** Starts a sandbox that runs; throws what was answered where it does not. */
  start(body?: object): Promise<SandboxView>;
}

type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

/** Strict, so that a member too many is noticed as well. */
const strictView = sandboxViewSchema.strict();

export function apiClient(fetch: Fetch, key: { readonly keyId: string; readonly secret: string } | null): ApiClient {
  const withKey: Record<string, string> = key === null ? {} : { 'x-api-key': key.secret };
  const ask = async (method: string, path: string, body?: object, { headers, signal }: AskOptions = {}) => {
    const json = { 'content-type': 'application/json' };
    const response = await fetch(path, {
      method,
      headers: { ...withKey, ...(body === undefined ? {} : json), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    return replyOf(response);
  };
  return {
    keyId: key?.keyId ?? '',
    secret: key?.secret ?? '',
    get: (path, options) => ask('GET', path, undefined, options),
    post: (path, body, options) => ask('POST', path, body, options),
    patch: (path, body) => ask('PATCH', path, body),
    delete: (path) => ask('DELETE', path),
    send: async (method, path, init = {}) => {
      const headers = new Headers(init.headers);
      for (const [name, value] of Object.entries(withKey)) headers.set(name, value);
      return fetch(path, { ...init, method, headers });
    },
    async start(body = {}) {
      const reply = await ask('POST', '/v1/sandboxes', body);
      if (reply.status !== 201) throw new Error(`start answered ${reply.status}: ${reply.text}`);
      return reply.view();
    },
  };
}

export async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  const json: unknown = text === '' ? undefined : JSON.parse(text);
  return {
    ...{ status: response.status, headers: response.headers, text, json },
    view: () => strictView.parse(json),
    problem: () => {
      const type = response.headers.get('content-type');
      if (type !== 'application/problem+json') throw new Error(`${response.status} ${type} is no problem: ${text}`);
      return problemSchema.parse(json);
    },
  };
}
