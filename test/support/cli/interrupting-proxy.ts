import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface InterruptingProxy extends AsyncDisposable {
  readonly url: string;
}

/** Passes calls on to the service; before the first whose path ends so, something happens. */
export async function interruptingProxy(
  serviceUrl: string,
  pathEnd: string,
  interrupt: () => Promise<unknown>,
): Promise<InterruptingProxy> {
  let happened: Promise<unknown> | undefined;
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', serviceUrl);
    if (pathname.endsWith(pathEnd)) happened ??= interrupt();
    await happened;
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const body = request.method === 'GET' ? {} : { body: await buffer(request) };
    const answer = await fetch(`${serviceUrl}${request.url}`, {
      ...{
        method: request.method ?? 'GET',
        headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
      },
      ...body,
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
