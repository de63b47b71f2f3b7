import { once } from 'node:events';
import { request as ask, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, eventually } from '../support/api.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

/** A web server, and one that says whatever it is shown. */
const PROGRAM = `
import http.server, json, threading
class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('content-length', 0)))
        out = json.dumps({'path': self.path, 'headers': dict(self.headers), 'body': body.decode()}).encode()
        self.send_response(201, 'Made')
        self.send_header('Content-Length', str(len(out)))
        self.send_header('Set-Cookie', 'a=1; Path=/')
        self.end_headers()
        self.wfile.write(out)
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.end_headers()
        for i in range(1000000):
            self.wfile.write(b'data: %d\\n\\n' % i)
            threading.Event().wait(0.05)
threading.Thread(target=http.server.ThreadingHTTPServer(('', 8001), Echo).serve_forever, daemon=True).start()
http.server.ThreadingHTTPServer(('', 8000), http.server.SimpleHTTPRequestHandler).serve_forever()
`;

let service: ServiceProcess;
let id: string;

beforeAll(async () => {
  service = await startService();
  id = await startWeb();
});
afterAll(() => service?.dispose());

async function startWeb(more: object = {}): Promise<string> {
  const body = { command: ['python3', '-c', PROGRAM], workdir: '/etc', lifetime: { timeoutSeconds: 600 }, ...more };
  const started = await apiOf(service)('POST', '/v1/sandboxes', { body });
  expect(started.status).toBe(201);
  const { id: made } = started.body;
  await eventually('the program listens', async () => (await get(8001, { id: made, method: 'POST' })).status === 201);
  return made;
}

interface Asking {
  readonly id?: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function get(port: number, { id: of = id, path = '/', headers = {}, ...more }: Asking = {}) {
  const target = { 'e2b-sandbox-id': of, 'e2b-sandbox-port': String(port) };
  return fetch(service.url + path, { headers: { ...target, ...headers }, ...more });
}

/** With a Host of its own, which fetch does not let one choose. */
async function byHost(port: number, path: string): Promise<string> {
  const asked = ask(service.url + path, { headers: { host: `${port}-${id}.sandbox.example` } }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return text(answer);
}

describe('a web server inside a sandbox', () => {
  it('is reached by header, by host and by path', async () => {
    const byHeader = await (await get(8000, { path: '/hostname' })).text();
    const byPath = await fetch(`${service.url}/sandbox/${id}/8000/hostname`);
    expect(byHeader).toMatch(/^\S+\n$/);
    expect(await byHost(8000, '/hostname')).toBe(byHeader);
    expect(await byPath.text()).toBe(byHeader);
    expect(byPath.headers.get('content-security-policy')).toMatch(/^sandbox /);
    const redirected = await fetch(`${service.url}/sandbox/${id}/8000`, { redirect: 'manual' });
    expect(redirected.headers.get('location')).toBe(`/sandbox/${id}/8000/`);
  });

  it('answers in its own words, and is not shown our key', async () => {
    const answer = await get(8001, {
      ...{ method: 'POST', path: '/a?b=c', body: 'hello' },
      headers: { 'x-api-key': service.adminKey, authorization: `Bearer ${service.adminKey}` },
    });
    expect([answer.status, answer.statusText, answer.headers.get('set-cookie')]).toEqual([201, 'Made', 'a=1; Path=/']);
    const seen = await answer.text();
    expect(JSON.parse(seen)).toMatchObject({ path: '/a?b=c', body: 'hello', headers: { 'X-Forwarded-Proto': 'http' } });
    expect(seen).not.toContain(service.adminKey);
  });

  it('is 502 on a port where nothing listens, and in its own words on a path that it does not know', async () => {
    const closed = await get(9);
    expect([closed.status, closed.headers.get('x-sandglass-error')]).toEqual([502, 'port_closed']);
    expect(await closed.json()).toMatchObject({ sandboxId: id, port: 9, code: 502 });
    const unknown = await get(8000, { path: '/there-is-no-such-file' });
    expect([unknown.status, unknown.headers.get('x-sandglass-error')]).toEqual([404, null]);
  });

  it('has an agent beside it, whose control calls are kept for the service', async () => {
    expect((await get(49983, { path: '/health' })).status).toBe(204);
    for (const path of ['/init', '/%69nit', '//init', '/sandglass/exec', '/stop']) {
      expect((await get(49983, { path, method: 'POST' })).status).toBe(403);
    }
  });

  it('keeps its sandbox from being idle', async () => {
    const before = (await apiOf(service)('GET', `/v1/sandboxes/${id}`)).body.lastActivityAt;
    await eventually('its use is seen', async () => {
      await get(8000, { path: '/hostname' });
      return (await apiOf(service)('GET', `/v1/sandboxes/${id}`)).body.lastActivityAt > before;
    });
  });

  it('streams through a pause, and is cut off by a stop', async () => {
    const other = await startWeb();
    const reader = (await get(8001, { id: other })).body?.getReader();
    const next = async () => Buffer.from((await reader?.read())?.value ?? '').toString();
    expect(await next()).toContain('data: 0');
    await apiOf(service)('POST', `/v1/sandboxes/${other}/pause`);
    const paused = await get(8000, { id: other });
    expect([paused.status, await paused.json()]).toEqual([
      502,
      { sandboxId: other, message: 'The sandbox was not found', code: 502 },
    ]);
    await apiOf(service)('POST', `/v1/sandboxes/${other}/resume`);
    expect(await next()).toContain('data: ');
    const ended = (async () => {
      while ((await next()) !== '');
    })();
    const stopping = apiOf(service)('POST', `/v1/sandboxes/${other}/stop`, { body: { graceSeconds: 5 } });
    await expect(ended).rejects.toThrow();
    await stopping;
    expect((await get(8000, { id: other })).status).toBe(502);
    expect((await get(8000, { id: 'neverwas' })).status).toBe(502);
    await apiOf(service)('POST', `/v1/sandboxes/${other}/restart`);
    await eventually('it serves again', async () => (await get(8000, { id: other, path: '/hostname' })).status === 200);
  });

  it('is counted without its id', async () => {
    const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/sandglass_proxy_exchanges_total\{form="header",outcome="served"\} \d+/);
    expect(metrics).not.toContain(id);
  });
});

it('resumes a paused sandbox when traffic comes, if it was asked to, with its whole timeout', async () => {
  const api = apiOf(service);
  const body = { templateID: 'base', timeout: 300, autoPause: true, autoResume: { enabled: true } };
  const { sandboxID } = (await api('POST', '/v2/sandboxes', { body })).body;
  expect((await api('POST', `/sandboxes/${sandboxID}/pause`, { body: {} })).status).toBe(204);
  expect((await get(49983, { id: sandboxID, path: '/health' })).status).toBe(502);
  expect((await get(49983, { id: sandboxID, path: '/envs' })).status).toBe(502);
  expect((await api('GET', `/v1/sandboxes/${sandboxID}`)).body.state).toBe('paused');
  const beganMs = Date.now();
  const answers = await Promise.all(Array.from({ length: 10 }, () => get(9, { id: sandboxID })));
  expect(answers.map(({ headers }) => headers.get('x-sandglass-error'))).toEqual(Array(10).fill('port_closed'));
  const { state, deadlines } = (await api('GET', `/v1/sandboxes/${sandboxID}`)).body;
  expect(state).toBe('running');
  expect(Date.parse(deadlines.stopAt)).toBeGreaterThanOrEqual(beganMs + 300_000);
});

describe('a signed URL', () => {
  it('finds the sandbox that signed it, and no other', async () => {
    const answer = await fetch(`${service.url}/files?path=/etc/hostname&signature=v1_${'A'.repeat(43)}`);
    expect([answer.status, await answer.json()]).toEqual([401, { message: 'invalid signature', code: 401 }]);
  });
});
