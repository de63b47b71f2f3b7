import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { httpFetch } from '../../src/cli/http-fetch.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function served(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

const echo: RequestListener = async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const { method, url, headers } = request;
  response.writeHead(200, { 'content-type': 'application/json', 'x-mine': 'yes' });
  response.end(JSON.stringify({ method, url, text, type: headers['content-type'], length: headers['content-length'] }));
};

describe('the fetch of the command line', () => {
  it('sends method, path, headers and a text, and tells the answer', async () => {
    const url = await served(echo);
    const init = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'häh' };
    const response = await httpFetch(`${url}/a?b=c`, init);
    expect([response.status, response.ok, response.headers.get('x-mine')]).toEqual([200, true, 'yes']);
    const told = { method: 'POST', url: '/a?b=c', text: 'häh', type: 'text/plain', length: '4' };
    expect(await response.json()).toEqual(told);
  });

  it('sends bytes and streams', async () => {
    const url = await served(echo);
    const bytes = await httpFetch(url, { method: 'PUT', body: new TextEncoder().encode('bytes') });
    expect(await bytes.json()).toMatchObject({ text: 'bytes', length: '5' });
    const stream = await httpFetch(url, { method: 'PUT', body: new Blob(['a ', 'stream']).stream(), duplex: 'half' });
    expect(await stream.json()).toMatchObject({ text: 'a stream' });
  });

  it('hands the body out as it comes', async () => {
    const url = await served((_request, response) => void response.write('first'));
    const { body } = await httpFetch(url);
    const first = await body?.getReader().read();
    expect(new TextDecoder().decode(first?.value)).toBe('first');
  });

  it('tells answers without a body, and redirects, as they are', async () => {
    const url = await served(({ method, url: path }, response) => {
      if (path === '/moved') response.writeHead(302, { location: '/' }).end('elsewhere');
      else response.writeHead(method === 'HEAD' ? 200 : 204, { 'x-mine': 'yes' }).end();
    });
    expect((await httpFetch(url, { method: 'DELETE' })).status).toBe(204);
    const head = await httpFetch(url, { method: 'HEAD' });
    expect([head.headers.get('x-mine'), await head.text()]).toEqual(['yes', '']);
    expect((await httpFetch(`${url}/moved`)).status).toBe(302);
  });

  it('fails when nobody answers, when the connection breaks, and when it is told to', async () => {
    const url = await served((request, response) => {
      if (request.url === '/break') request.socket.destroy();
      if (request.url === '/cut') {
        response.write('half');
        setImmediate(() => request.socket.destroy());
      }
    });
    await expect(httpFetch(`${url}/break`)).rejects.toThrow();
    await expect((await httpFetch(`${url}/cut`)).text()).rejects.toThrow();
    const call = new AbortController();
    const never = httpFetch(`${url}/never`, { signal: call.signal });
    call.abort();
    await expect(never).rejects.toThrow(/abort/i);
    await expect(httpFetch('http://127.0.0.1:1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('fails when what it is to send cannot be read', async () => {
    const url = await served(echo);
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('unreadable')) });
    await expect(httpFetch(url, { method: 'PUT', body: broken, duplex: 'half' })).rejects.toThrow('unreadable');
  });
});
