import { once } from 'node:events';
import { request as ask, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/api.ts';
import { type ProxyWorld, proxyWorld } from './plane.ts';

let world: ProxyWorld;
beforeEach(async () => {
  world = await proxyWorld();
  world.put();
});
afterEach(() => world.close());

/** Through the header form. */
function to(port: number, headers: Readonly<Record<string, string>> = {}) {
  return { 'e2b-sandbox-id': 'abc', 'e2b-sandbox-port': String(port), ...headers };
}

function head(port: number, more = '', method = 'GET', path = '/'): string {
  return `${method} ${path} HTTP/1.1\r\nHost: x\r\nE2b-Sandbox-Id: abc\r\nE2b-Sandbox-Port: ${port}\r\n${more}`;
}

async function answered(message: IncomingMessage) {
  return { status: message.statusCode, headers: message.headers, raw: message.rawHeaders, body: await text(message) };
}

async function send(options: Parameters<typeof ask>[1] & { path?: string; headers: object }, body?: string) {
  const asked = ask(world.url + (options.path ?? '/'), options);
  asked.end(body);
  const [message] = (await once(asked, 'response')) as [IncomingMessage];
  return answered(message);
}

describe('a request', () => {
  it('reaches the program by header, host and path, and the API when it names no sandbox', async () => {
    const port = await world.serve((request, response) => response.end(`inside ${request.url}`));
    const byHeader = await send({ path: '/a?b', headers: to(port) });
    const byHost = await send({ path: '/a?b', headers: { host: `${port}-abc.sandbox.example` } });
    const byPath = await send({ path: `/sandbox/abc/${port}/a?b`, headers: {} });
    expect([byHeader, byHost, byPath].map(({ body }) => body)).toEqual(Array(3).fill('inside /a?b'));
    expect((await send({ path: '/v1', headers: {} })).body).toBe('api GET /v1 ');
    const redirect = await send({ path: `/sandbox/abc/${port}?q`, headers: {} });
    expect([redirect.status, redirect.headers['location']]).toEqual([308, `/sandbox/abc/${port}/?q`]);
  });

  it('passes chunks both ways while both are open', async () => {
    const port = await world.serve((request, response) => request.pipe(response));
    const asked = ask(world.url, { method: 'POST', headers: to(port) });
    asked.write('one');
    const [message] = (await once(asked, 'response')) as [IncomingMessage];
    const [first] = await once(message, 'data');
    expect(String(first)).toBe('one');
    asked.write('two');
    const [second] = await once(message, 'data');
    expect(String(second)).toBe('two');
    asked.end();
    await once(message, 'end');
    await eventually('it is over', async () => world.outcomes.includes('header served'));
  });

  it('keeps length, method, body and target as they are', async () => {
    const seen: unknown[] = [];
    const port = await world.serve(async (request, response) => {
      seen.push(request.method, request.url, request.headers['content-length'], await text(request));
      response.end();
    });
    await send({ method: 'PATCH', path: '/%2e%2e/a//b?c=%00', headers: to(port, { 'content-length': '4' }) }, 'body');
    await send({ method: 'DELETE', headers: to(port) });
    expect(seen).toEqual(['PATCH', '/%2e%2e/a//b?c=%00', '4', 'body', 'DELETE', '/', undefined, '']);
  });

  it('is told to go on when it expects to be, and not before it is let in', async () => {
    const port = await world.serve(async (request, response) => response.end(await text(request)));
    const expecting = 'Content-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n';
    const socket = world.open(head(port, expecting, 'POST'));
    const [first] = await once(socket, 'data');
    expect(String(first)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('body');
    expect(await text(socket)).toMatch(/200 OK.*body$/s);
    const gone = head(port, expecting, 'POST').replace('Id: abc', 'Id: gone');
    expect(await world.raw(gone)).toMatch(/^HTTP\/1.1 502 /);
    const api = world.open(`POST /x HTTP/1.1\r\nHost: x\r\n${expecting}`);
    expect(String((await once(api, 'data'))[0])).toContain('100 Continue');
    api.write('body');
    expect(await text(api)).toMatch(/api POST \/x body$/);
  });

  it('shows the program where it came from, and none of our words', async () => {
    let seen: IncomingMessage['headers'] = {};
    const program = (request: IncomingMessage, response: { end: () => void }) => {
      seen = request.headers;
      response.end();
    };
    const port = await world.serve(program);
    const key = `e2b_${'0f'.repeat(20)}`;
    await send({
      headers: to(port, {
        ...{ host: 'api.example', 'x-api-key': key, authorization: `Bearer ${key}`, 'x-access-token': 'token' },
        ...{ 'e2b-traffic-access-token': 't', 'x-sandglass-no-activity': '1', 'x-custom': 'yes', cookie: 'a=b' },
        ...{ connection: 'x-hop, keep-alive', 'x-hop': '1', te: 'trailers', 'proxy-authorization': 'p' },
        ...{ 'x-forwarded-for': '10.0.0.1', 'x-forwarded-proto': 'https' },
      }),
    });
    expect(seen).toEqual({
      ...{ host: 'api.example', 'x-custom': 'yes', cookie: 'a=b', connection: 'keep-alive' },
      'x-forwarded-for': '10.0.0.1, 127.0.0.1',
      ...{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'api.example' },
    });
    await send({ headers: to(port, { authorization: 'Bearer of-the-program' }) });
    expect(seen.authorization).toBe('Bearer of-the-program');
    await send({ headers: to(port, { authorization: `Basic ${btoa(`user:${key}`)}` }) });
    expect(seen.authorization).toBeUndefined();
    await world.serve(program, 49983);
    await send({ headers: to(49983, { 'x-access-token': 'token', authorization: `Basic ${btoa('user:')}` }) });
    expect([seen['x-access-token'], seen.authorization]).toEqual(['token', `Basic ${btoa('user:')}`]);
  });

  it('carries the Host that the sandbox asked for', async () => {
    world.put({}, { maskRequestHost: ['localhost:$', '{PORT}'].join('') });
    const port = await world.serve((request, response) => response.end(request.headers.host));
    expect((await send({ headers: to(port) })).body).toBe(`localhost:${port}`);
  });

  it('counts as activity unless it says that it is none, or asks for health', async () => {
    const port = await world.serve((_, response) => response.end());
    await world.serve((_, response) => response.end(), 49983);
    await send({ headers: to(port, { 'x-sandglass-no-activity': '1' }) });
    await send({ path: '/health', headers: to(49983) });
    expect(world.touches).toEqual([]);
    await send({ headers: to(port) });
    expect(new Set(world.touches)).toEqual(new Set(['abc/1']));
  });

  it('asks the store once, however often it comes', async () => {
    const fresh = await proxyWorld();
    const port = await fresh.serve((_, response) => response.end());
    fresh.put();
    for (let i = 0; i < 5; i += 1) await fetch(fresh.url, { headers: to(port) });
    expect(fresh.finds).toEqual(['abc']);
    await fresh.close();
  });
});

describe('an answer', () => {
  it('passes as it is: status, reason, headers in their order and spelling, body', async () => {
    const port = await world.serve((_, response) => {
      response.sendDate = false;
      response.writeHead(418, 'Short And Stout', ['X-Odd', '1', 'Set-Cookie', 'a=1; Path=/', 'set-cookie', 'b=2']);
      response.end('{"code":404}');
    });
    const answer = await world.raw(head(port, 'Connection: close\r\n\r\n'));
    expect(answer).toBe(
      'HTTP/1.1 418 Short And Stout\r\nX-Odd: 1\r\nSet-Cookie: a=1; Path=/\r\nset-cookie: b=2\r\n' +
        'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{"code":404}\r\n0\r\n\r\n',
    );
  });

  it('comes byte by byte: the first event is there before the second is written', async () => {
    let more = (_: string): unknown => undefined;
    const port = await world.serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'public' });
      response.flushHeaders();
      more = (event) => response.write(event);
    });
    const asked = ask(world.url, { headers: to(port) }).end();
    const [message] = (await once(asked, 'response')) as [IncomingMessage];
    expect(message.headers).toMatchObject({ 'x-accel-buffering': 'no', 'cache-control': 'no-store, no-transform' });
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      more(event);
      expect(String((await once(message, 'data'))[0])).toBe(event);
    }
    asked.destroy();
  });

  it('to HEAD has the length and no body', async () => {
    const port = await world.serve((_, response) => response.writeHead(200, { 'content-length': '1000' }).end());
    const { status, headers, body } = await send({ method: 'HEAD', headers: to(port) });
    expect([status, headers['content-length'], body]).toEqual([200, '1000', '']);
  });

  it('brings hints before and trailers after it', async () => {
    const port = await world.serve((_, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.writeHead(200, { trailer: 'X-Sum' });
      response.write('body');
      response.addTrailers({ 'X-Sum': '42' });
      response.end();
    });
    const answer = await world.raw(head(port, 'Connection: close\r\n\r\n'));
    expect(answer).toMatch(/^HTTP\/1.1 103 Early Hints\r\nLink: <\/a.css>; rel=preload\r\n/);
    expect(answer).toMatch(/4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n$/);
  });

  it('given early reaches a client that still sends', async () => {
    const port = await world.serve((_, response) => response.writeHead(413).end('too large'));
    const asked = ask(world.url, { method: 'POST', headers: to(port) });
    asked.on('error', () => undefined);
    asked.write(Buffer.alloc(4 << 20));
    const [message] = (await once(asked, 'response')) as [IncomingMessage];
    expect(message.statusCode).toBe(413);
    asked.destroy();
  });

  it('in the path form is kept away from the origin of the API', async () => {
    const port = await world.serve((_, response) => {
      response.writeHead(200, {
        ...{ 'Service-Worker-Allowed': '/', 'Clear-Site-Data': '"*"', 'Content-Security-Policy': "default-src 'self'" },
        'Set-Cookie': [
          ...['all=1; Path=/', 'none=1', `in=1; path=/sandbox/abc/${port}/x`, `like=1; Path=/sandbox/abc/${port}0`],
          ...['wide=1; Domain=example.com', `two=1; Path=/sandbox/abc/${port}/; Path=/`],
        ],
      });
      response.end();
    });
    const byPath = await send({ path: `/sandbox/abc/${port}/`, headers: {} });
    expect(byPath.headers['set-cookie']).toEqual(['none=1', `in=1; path=/sandbox/abc/${port}/x`]);
    expect(byPath.headers['content-security-policy']).toBe(
      "default-src 'self', sandbox allow-scripts allow-forms allow-popups allow-downloads",
    );
    expect(byPath.headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
    expect(byPath.headers).not.toHaveProperty('service-worker-allowed');
    expect(byPath.headers).not.toHaveProperty('clear-site-data');
    const byHost = await send({ headers: { host: `${port}-abc.example` } });
    expect(byHost.headers['set-cookie']).toHaveLength(6);
    expect(byHost.headers).toHaveProperty('service-worker-allowed');
  });
});

describe('a program that fails', () => {
  it('is 502 with its port when nothing listens', async () => {
    const { status, headers, body } = await send({ headers: to(9) });
    expect([status, headers['x-sandglass-error']]).toEqual([502, 'port_closed']);
    expect(JSON.parse(body)).toEqual({
      sandboxId: 'abc',
      message: 'The sandbox is running but nothing listens on port 9',
      ...{ port: 9, code: 502 },
    });
  });

  it('is 502 when it hangs up without an answer', async () => {
    const port = await world.serve((request) => request.socket.destroy());
    const { status, headers } = await send({ method: 'POST', headers: to(port) }, 'x');
    expect([status, headers['x-sandglass-error']]).toEqual([502, 'upstream_failed']);
  });

  it('in the middle of its answer breaks the client off', async () => {
    const port = await world.serve((request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => request.socket.destroy());
    });
    await expect(fetch(world.url, { headers: to(port) }).then((answer) => answer.text())).rejects.toThrow();
    await eventually('it is over', async () => world.outcomes.includes('header cut'));
  });
});

describe('a client who leaves', () => {
  it('takes the request inside along, two hundred streams at once too', async () => {
    let open = 0;
    const port = await world.serve((_, response) => {
      open += 1;
      response.on('close', () => {
        open -= 1;
      });
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write('{}\n');
    });
    const sockets = Array.from({ length: 200 }, () => world.open(head(port, '\r\n')).resume());
    await eventually('all are open', async () => open === 200);
    for (const socket of sockets) socket.resetAndDestroy();
    await eventually('all are gone', async () => open === 0);
    await eventually('all are over', async () => world.outcomes.filter((one) => one === 'header left').length === 200);
  });
});

describe('what must not come through', () => {
  it('is refused where two readers would disagree', async () => {
    const port = await world.serve((_, response) => response.end('inside'));
    for (const odd of [
      head(port, 'E2b-Sandbox-Id: def\r\n\r\n'),
      head(port, 'Host: 80-def.example\r\n\r\n'),
      head(port, '\r\n', 'GET', '/sandbox/def/80/'),
      head(port, '\r\n', 'GET', 'http://80-def.example/'),
    ]) {
      const answer = await world.raw(odd.replace('\r\n', '\r\nConnection: close\r\n'));
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).toContain('X-Sandglass-Error: invalid_request');
    }
  });

  it('is two lengths, or a length beside chunks', async () => {
    const port = await world.serve((_, response) => response.end('inside'));
    expect(await world.raw(head(port, 'Content-Length: 1\r\nContent-Length: 2\r\n\r\nx', 'POST'))).toMatch(/ 400 /);
    const both = 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    expect(await world.raw(head(port, both, 'POST'))).toMatch(/ 400 /);
  });

  it('is the length named as a header of this hop', async () => {
    let body = '';
    const port = await world.serve(async (request, response) => {
      body += `[${request.url} ${await text(request)}]`;
      response.end();
    });
    const smuggled = 'GET /smuggled HTTP/1.1\r\n\r\n';
    const named = `Connection: close, content-length\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`;
    await world.raw(head(port, named, 'POST'));
    expect(body).toBe(`[/ ${smuggled}]`);
  });

  it('is a control call of the agent, however it is written', async () => {
    let reached = 0;
    await world.serve((_, response) => {
      reached += 1;
      response.end();
    }, 49983);
    const targets = ['/init', '//init', '/%69nit', '/init/', '/INIT', '/a/../init', '/sandglass/exec', '/stop?x'];
    for (const target of [...targets, `http://49983-abc.example/init`]) {
      const host = target.startsWith('http') ? '49983-abc.example' : 'x';
      const answer = await world.raw(
        head(49983, 'Connection: close\r\n\r\n', 'POST', target).replace('Host: x', `Host: ${host}`),
      );
      expect(answer).toMatch(/^HTTP\/1.1 403 /);
    }
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    expect(await world.raw(head(49983, upgrade, 'GET', '/sandglass/terminal'))).toMatch(/^HTTP\/1.1 403 /);
    expect(await world.raw('POST /sandbox/abc/49983/init HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
      / 403 /,
    );
    expect(await world.raw('CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1.1 405 /);
    expect(reached).toBe(0);
  });

  it('needs the traffic token where the sandbox is not public', async () => {
    world.put({}, { allowPublicTraffic: false });
    const port = await world.serve((_, response) => response.end('inside'));
    await world.serve((_, response) => response.end('agent'), 49983);
    expect((await send({ headers: to(port) })).status).toBe(403);
    expect((await send({ headers: to(port, { 'e2b-traffic-access-token': 'x' }) })).status).toBe(403);
    const right = { 'e2b-traffic-access-token': world.tokens.trafficToken('abc') };
    expect((await send({ headers: to(port, right) })).body).toBe('inside');
    expect((await send({ path: '/health', headers: to(49983) })).body).toBe('agent');
  });
});
