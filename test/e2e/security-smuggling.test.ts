import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/api.ts';
import { type Inside, startInside } from '../support/dataplane/inside.ts';
import { head, sayRaw, statusesIn } from '../support/dataplane/raw-http.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const WEB = 8000;
/** What the agent says when /init or /stop is reached without the secret: then the proxy let it through. */
const REACHED = 'This call is for the service only';

let service: ServiceProcess;
let own: Inside;
let other: Inside;

beforeAll(async () => {
  service = await startService();
  [own, other] = await Promise.all([startInside(service), startInside(service)]);
  await Promise.all([serveEcho(own), serveEcho(other)]);
}, 120_000);
afterAll(() => service?.dispose());

/** Answers each request with the sandbox's id and the head that came, and counts connections' requests in a file. */
async function serveEcho(inside: Inside): Promise<void> {
  await inside.ask(`cat > /tmp/echo.py <<'END'
import http.server, json
class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def handle_any(self):
        with open('/tmp/seen', 'a') as seen: seen.write(self.command + ' ' + self.path + '\\n')
        size = int(self.headers.get('content-length') or 0)
        if size: self.rfile.read(size)
        elif self.headers.get('transfer-encoding'):
            while True:
                n = int(self.rfile.readline().split(b';')[0], 16)
                self.rfile.read(n + 2)
                if n == 0: break
        body = json.dumps({'in': '${inside.id}', 'path': self.path, 'headers': self.headers.items()}).encode()
        self.send_response(200)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = do_PUT = handle_any
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(('0.0.0.0', ${WEB}), Echo).serve_forever()
END
: > /tmp/seen; (setsid python3 /tmp/echo.py >/dev/null 2>&1 &)`);
  await eventually('the echo answers', async () => (await inside.fetch('/', { port: WEB })).ok);
  await inside.ask(': > /tmp/seen');
}

const say = (bytes: string) => sayRaw(service.url, bytes);
const to = (inside: Inside, port: number) => [`E2b-Sandbox-Id: ${inside.id}`, `E2b-Sandbox-Port: ${port}`];
const seenIn = async (inside: Inside) => {
  const text = await inside.ask('cat /tmp/seen; : > /tmp/seen');
  return text === '' ? [] : text.split('\n');
};

describe('the agent’s control calls', () => {
  const spellings = [
    '/init',
    '/init/',
    '/init?x',
    '/init#x',
    '/init;x',
    '//init',
    '/./init',
    '/x/../init',
    '/INIT',
    '/Init',
    '/%69nit',
    '/%2569nit',
    '/%2e/init',
    '/health/../init',
    '/health/%2e%2e/init',
    '/..%2finit',
    '/init%00',
    '/init%20',
    '/init%3f',
    '/\\init',
    '/x/..\\init',
    '/stop',
    '/%73top',
    '/STOP',
    '/stop?killInMs=0',
    '/sandglass/exec',
    '/SANDGLASS/files',
    '/sandglass/../init',
    '/sandglass%2fexec',
    '/init\t',
    '/.//init',
    '/;/init',
    '/%2finit',
    '/%5cinit',
    '/init/../init',
  ];

  it.each(spellings)('are not reached as %j, in any of the three forms', async (path) => {
    const body = [
      'Content-Type: application/json',
      'Content-Length: 2',
      'X-Sandglass-Init-Secret: x',
      'Connection: close',
    ];
    const token = `X-Access-Token: ${own.token}`;
    const heard = await Promise.all([
      say(`${head(`POST ${path} HTTP/1.1`, 'Host: x', ...to(own, 49983), token, ...body)}{}`),
      say(`${head(`POST ${path} HTTP/1.1`, `Host: 49983-${own.id}.x`, token, ...body)}{}`),
      say(`${head(`POST /sandbox/${own.id}/49983${path} HTTP/1.1`, 'Host: x', token, ...body)}{}`),
      say(`${head(`POST http://49983-${own.id}.x${path} HTTP/1.1`, `Host: 49983-${own.id}.x`, token, ...body)}{}`),
    ]);
    for (const answer of heard) {
      expect(answer).not.toContain(REACHED);
      // Refused by the proxy or as no HTTP at all: 404 and 401 would be words of the agent about another path.
      expect(answer.split('\r\n')[0]).toMatch(/^HTTP\/1\.1 (400|403) /);
    }
  });

  it('are not reached by an upgrade, a tunnel, or another method', async () => {
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ];
    const token = `X-Access-Token: ${own.token}`;
    const tries = [
      head('GET /init HTTP/1.1', 'Host: x', ...to(own, 49983), token, ...upgrade),
      head('GET /sandglass/terminal HTTP/1.1', 'Host: x', ...to(own, 49983), token, ...upgrade),
      head(`GET /sandbox/${own.id}/49983/sandglass/terminal HTTP/1.1`, 'Host: x', token, ...upgrade),
      head('CONNECT 127.0.0.1:49983 HTTP/1.1', 'Host: x', ...to(own, 49983), token),
      head(`CONNECT 49983-${own.id}.x:80 HTTP/1.1`, `Host: 49983-${own.id}.x`, token),
      head('PUT /init HTTP/1.1', 'Host: x', ...to(own, 49983), token, 'Content-Length: 0'),
      head('OPTIONS /stop HTTP/1.1', 'Host: x', ...to(own, 49983), token),
    ];
    for (const bytes of tries) {
      const heard = await say(bytes);
      expect(heard, bytes).not.toContain(REACHED);
      expect(heard, bytes).toMatch(/^HTTP\/1\.1 (400|403|405) /);
    }
  });
});

describe('a request that names two places', () => {
  const both: readonly (readonly [what: string, bytes: () => string])[] = [
    ['two ids', () => head('GET / HTTP/1.1', 'Host: x', ...to(own, WEB), `E2b-Sandbox-Id: ${other.id}`)],
    ['the same id twice', () => head('GET / HTTP/1.1', 'Host: x', ...to(own, WEB), `E2b-Sandbox-Id: ${own.id}`)],
    ['two ports', () => head('GET / HTTP/1.1', 'Host: x', ...to(own, WEB), 'E2b-Sandbox-Port: 49983')],
    [
      'an id list',
      () => head('GET / HTTP/1.1', 'Host: x', `E2b-Sandbox-Id: ${own.id}, ${other.id}`, `E2b-Sandbox-Port: ${WEB}`),
    ],
    ['a header and a host', () => head('GET / HTTP/1.1', `Host: ${WEB}-${other.id}.x`, ...to(own, WEB))],
    ['a header and a path', () => head(`GET /sandbox/${other.id}/${WEB}/ HTTP/1.1`, 'Host: x', ...to(own, WEB))],
    ['a host and a path', () => head(`GET /sandbox/${other.id}/${WEB}/ HTTP/1.1`, `Host: ${WEB}-${own.id}.x`)],
    ['a host and a target', () => head(`GET http://${WEB}-${other.id}.x/ HTTP/1.1`, `Host: ${WEB}-${own.id}.x`)],
    ['two hosts', () => head('GET / HTTP/1.1', `Host: ${WEB}-${own.id}.x`, `Host: ${WEB}-${other.id}.x`)],
    ['a port of zero', () => head('GET / HTTP/1.1', 'Host: x', ...to(own, 0))],
    ['a port beyond 65535', () => head('GET / HTTP/1.1', 'Host: x', ...to(own, 65_536 + WEB))],
    [
      'a port that is a sum',
      () => head('GET / HTTP/1.1', 'Host: x', `E2b-Sandbox-Id: ${own.id}`, 'E2b-Sandbox-Port: 0x1f40'),
    ],
    ['an id with a slash', () => head('GET / HTTP/1.1', 'Host: x', 'E2b-Sandbox-Id: ../x', `E2b-Sandbox-Port: ${WEB}`)],
    [
      'an address for an id',
      () => head('GET / HTTP/1.1', 'Host: x', 'E2b-Sandbox-Id: 127.0.0.1', `E2b-Sandbox-Port: ${WEB}`),
    ],
    ['an id without a port', () => head('GET / HTTP/1.1', 'Host: x', `E2b-Sandbox-Id: ${own.id}`)],
    [
      'an id folded over two lines',
      () => head('GET / HTTP/1.1', 'Host: x', 'E2b-Sandbox-Id:', ` ${own.id}`, `E2b-Sandbox-Port: ${WEB}`),
    ],
    [
      'a space before the colon',
      () => head('GET / HTTP/1.1', 'Host: x', `E2b-Sandbox-Id : ${own.id}`, `E2b-Sandbox-Port: ${WEB}`),
    ],
    [
      'a NUL in the id',
      () => head('GET / HTTP/1.1', 'Host: x', `E2b-Sandbox-Id: ${own.id}\0`, `E2b-Sandbox-Port: ${WEB}`),
    ],
    ['no host', () => head('GET / HTTP/1.1', ...to(own, WEB))],
  ];

  it.each(both)('is refused, and nobody inside sees it: %s', async (_what, bytes) => {
    const heard = await say(bytes());
    expect(heard).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(statusesIn(heard)).toHaveLength(1);
    expect([await seenIn(own), await seenIn(other)]).toEqual([[], []]);
  });
});

describe('a message whose end can be read in two ways', () => {
  const inner = (inside: Inside) => head('GET /smuggled HTTP/1.1', 'Host: x', ...to(inside, WEB));
  const line = () => ['POST /outer HTTP/1.1', 'Host: x', ...to(own, WEB)];
  const chunked = 'Transfer-Encoding: chunked';
  const doubtful: readonly (readonly [what: string, bytes: () => string])[] = [
    ['a length and chunks', () => `${head(...line(), 'Content-Length: 4', chunked)}0\r\n\r\n${inner(other)}`],
    ['chunks and a length', () => `${head(...line(), chunked, 'Content-Length: 6')}0\r\n\r\n${inner(other)}`],
    ['two lengths', () => `${head(...line(), 'Content-Length: 0', 'Content-Length: 5')}${inner(other)}`],
    ['a list of lengths', () => `${head(...line(), 'Content-Length: 0, 5')}${inner(other)}`],
    ['a length with a sign', () => `${head(...line(), 'Content-Length: +0')}${inner(other)}`],
    ['a length in hex', () => `${head(...line(), 'Content-Length: 0x0')}${inner(other)}`],
    ['chunks under another name', () => `${head(...line(), 'Transfer-Encoding: xchunked')}0\r\n\r\n${inner(other)}`],
    ['chunks named twice', () => `${head(...line(), 'Transfer-Encoding: chunked, identity')}0\r\n\r\n${inner(other)}`],
    ['chunks with a tab', () => `${head(...line(), 'Transfer-Encoding:\x0bchunked')}0\r\n\r\n${inner(other)}`],
    ['a size of a chunk that overflows', () => `${head(...line(), chunked)}fffffffffffffffff\r\n\r\n${inner(other)}`],
    ['a bare CR in a value', () => `${head(...line(), 'X-A: b\rContent-Length: 0')}${inner(other)}`],
    [
      'a bare LF between headers',
      () => `POST /outer HTTP/1.1\nHost: x\nE2b-Sandbox-Id: ${own.id}\nE2b-Sandbox-Port: ${WEB}\n\n${inner(other)}`,
    ],
  ];

  it.each(doubtful)('never brings a second request inside along: %s', async (_what, bytes) => {
    const heard = await say(bytes());
    const seen = await seenIn(own);
    expect(seen).not.toContain('GET /smuggled');
    // What follows a message that was read whole is a request of its own, and goes where it says: never into the first one's.
    expect([...seen, ...(await seenIn(other))].length).toBeLessThanOrEqual(statusesIn(heard).length);
    expect(statusesIn(heard)).toContain(400);
    expect(heard).not.toContain(REACHED);
  });

  it('keeps a request in a body a body', async () => {
    const body = inner(other);
    const heard = await say(`${head(...line(), `Content-Length: ${body.length}`)}${body}`);
    expect(statusesIn(heard)).toEqual([200]);
    expect([await seenIn(own), await seenIn(other)]).toEqual([['POST /outer'], []]);
    const pieces = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expect(statusesIn(await say(`${head(...line(), chunked)}${pieces}`))).toEqual([200]);
    expect([await seenIn(own), await seenIn(other)]).toEqual([['POST /outer'], []]);
  });

  it('lets no header inside end the answer’s head or start another', async () => {
    const heard = await say(head('GET /a%0d%0aX-Evil:%20b HTTP/1.1', 'Host: x', ...to(own, WEB)));
    expect(statusesIn(heard)).toEqual([200]);
    expect(heard.split('\r\n\r\n')[0]).not.toMatch(/x-evil/i);
    expect(await seenIn(own)).toEqual(['GET /a%0d%0aX-Evil:%20b']);
  });
});

describe('a Host that dresses up', () => {
  it.each([
    ['with a port of its own', (host: string) => `${host}:4747`],
    ['in capitals', (host: string) => host.toUpperCase()],
    ['with a dot at the end', (host: string) => `${host}.`],
  ])('leads to the sandbox it names: %s', async (_what, dress) => {
    const heard = await say(head('GET /dressed HTTP/1.1', `Host: ${dress(`${WEB}-${own.id}.x.y`)}`));
    expect(statusesIn(heard)).toEqual([200]);
    expect([await seenIn(own), await seenIn(other)]).toEqual([['GET /dressed'], []]);
  });

  it.each([
    ['user information before it', () => `${WEB}-${other.id}.x@${WEB}-${own.id}.x`],
    ['a second label', () => `x.${WEB}-${own.id}.x`],
    ['a NUL', () => `${WEB}-${own.id}.x\0`],
    ['a path', () => `x/${WEB}-${own.id}.x`],
  ])('never leads into two: %s', async (_what, host) => {
    await say(head('GET /dressed HTTP/1.1', `Host: ${host()}`));
    expect(await seenIn(own)).toEqual([]);
  });
});

describe('what a program inside is shown', () => {
  it('holds no key, no token, no traffic token and none of our own headers', async () => {
    const heard = await say(
      head(
        'GET /headers HTTP/1.1',
        'Host: x',
        ...to(own, WEB),
        `X-API-Key: ${service.adminKey}`,
        `x-api-KEY: ${service.adminKey}`,
        `Authorization: Bearer ${service.adminKey}`,
        `Proxy-Authorization: Bearer ${service.adminKey}`,
        `Authorization: Basic ${Buffer.from(`key:${service.adminKey}`).toString('base64')}`,
        `X-Access-Token: ${own.token}`,
        'E2b-Traffic-Access-Token: traffic',
        'X-Sandglass-Init-Secret: s',
        `Sec-WebSocket-Protocol: a, sandglass.key.${service.adminKey}, b`,
        'Connection: X-Forwarded-For, X-Kept, keep-alive',
        'X-Kept: no',
        'X-Passed: yes',
      ),
    );
    expect(statusesIn(heard)).toEqual([200]);
    expect(heard).toContain('"X-Passed", "yes"');
    for (const secret of [service.adminKey, own.token, 'traffic', 'X-Kept', 'E2b-', 'Secret', 'X-Access']) {
      expect(heard, secret).not.toContain(secret);
    }
    await seenIn(own);
  });

  it('is never the answer to a redirect to the service itself', async () => {
    await own.ask(`(setsid python3 -c "
import http.server
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302); self.send_header('location', '${service.url}/v1/sandboxes'); self.end_headers()
http.server.HTTPServer(('0.0.0.0', 8100), H).serve_forever()" >/dev/null 2>&1 &)`);
    const answer = await eventually('the redirect comes', async () => {
      const got = await own.fetch('/', { port: 8100, headers: { 'x-api-key': service.adminKey } });
      return got.status !== 502 && got;
    });
    expect(answer.status).toBe(302);
    expect(await answer.text()).toBe('');
  });

  it('is the sandbox’s own port, also where the service has one of that number', async () => {
    for (const url of [service.url, service.adminUrl]) {
      const answer = await own.fetch('/healthz', { port: Number(new URL(url).port) });
      expect(answer.status).toBe(502);
      expect(answer.headers.get('x-sandglass-error')).toBe('port_closed');
    }
  });
});
