import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach } from 'vitest';

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: unknown;
}

/** What the service does about one request; `break` ends the connection without an answer, `hang` never answers. */
export type Reaction =
  | {
      readonly status: number;
      readonly json?: unknown;
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'break'
  | 'hang';

export interface ScriptedService {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

/** A local HTTP server that reacts to its first request with the first reaction, and so on; the last one repeats. */
export async function scriptedService(...reactions: readonly Reaction[]): Promise<ScriptedService> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    seen.push(await recorded(request));
    react(request, response, reactions[Math.min(seen.length, reactions.length) - 1] ?? 'break');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** For the tests of a file: serves what it is told, until the test is over. */
export function scriptedServices(): typeof scriptedService {
  const open: ScriptedService[] = [];
  afterEach(async () => {
    for (const service of open.splice(0)) await service.close();
  });
  return async (...reactions) => {
    const service = await scriptedService(...reactions);
    open.push(service);
    return service;
  };
}

async function recorded(request: IncomingMessage): Promise<SeenRequest> {
  let text = '';
  for await (const chunk of request) text += chunk;
  const { method = '', url: target = '', headers } = request;
  return { method, target, headers, body: text === '' ? undefined : JSON.parse(text) };
}

function react(request: IncomingMessage, response: ServerResponse, reaction: Reaction): void {
  if (reaction === 'hang') return;
  if (reaction === 'break') {
    request.socket.destroy();
    return;
  }
  const { status, json, text = json === undefined ? '' : JSON.stringify(json), headers = {} } = reaction;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(text);
}
