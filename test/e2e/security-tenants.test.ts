import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileSignature } from '../../src/contract/file-signature.ts';
import { type Api, apiOf } from '../support/api.ts';
import { type Inside, insideOf, startInside } from '../support/dataplane/inside.ts';
import { lookUp } from '../support/dataplane/probe.ts';
import { eventReader } from '../support/event-reader.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const ENV_VALUE = 'env-value-8c1f5e02';
const METADATA = 'label-of-acme-5521';

interface Tenant {
  readonly key: string;
  readonly api: Api;
  readonly inside: Inside;
}

interface Call {
  readonly method: string;
  /** Behind the sandbox's id. */
  readonly path: string;
  readonly body?: unknown;
}

let service: ServiceProcess;
let acme: Tenant;
let other: Tenant;
/** What must never stand in the log. */
const secrets = new Set<string>([ENV_VALUE]);

beforeAll(async () => {
  service = await startService({ SANDGLASS_LOG_LEVEL: 'debug' });
  [acme, other] = await Promise.all([tenant('acme'), tenant('other')]);
  secrets.add(service.adminKey);
  for (const { key, inside } of [acme, other]) {
    for (const secret of [key, inside.token, inside.trafficToken]) if (secret !== undefined) secrets.add(secret);
  }
}, 120_000);
afterAll(() => service?.dispose());

async function tenant(name: string): Promise<Tenant> {
  const made = await apiOf(service)('POST', '/v1/admin/keys', { body: { tenant: name, role: 'user', name } });
  const { key } = made.body;
  const body = {
    envVars: { SECRET: ENV_VALUE },
    metadata: { owner: name === 'acme' ? METADATA : name },
    network: { allowPublicTraffic: false },
  };
  const inside = await startInside(service, { key, body });
  await inside.ask('cd /tmp && (setsid python3 -m http.server 8000 >/dev/null 2>&1 &)');
  return { key, inside, api: (method, path, ask) => apiOf(service)(method, path, { key, ...ask }) };
}

const idOf = ({ inside }: Tenant) => inside.id;

describe('a sandbox of another tenant', () => {
  const ours: readonly Call[] = [
    { method: 'GET', path: '' },
    { method: 'GET', path: '?wait=running&timeoutSeconds=0' },
    { method: 'GET', path: '/history' },
    { method: 'GET', path: '/explain' },
    { method: 'GET', path: '/events' },
    { method: 'PATCH', path: '', body: { labels: { a: 'b' } } },
    { method: 'POST', path: '/stop', body: {} },
    { method: 'POST', path: '/restart', body: {} },
    { method: 'POST', path: '/pause' },
    { method: 'POST', path: '/resume' },
    { method: 'DELETE', path: '' },
    { method: 'DELETE', path: '?force=true' },
    { method: 'POST', path: '/exec', body: { command: 'id' } },
    { method: 'GET', path: '/exec' },
    { method: 'GET', path: '/exec/x' },
    { method: 'DELETE', path: '/exec/x' },
    { method: 'GET', path: '/files?path=/etc/passwd' },
    { method: 'PUT', path: '/files?path=/tmp/x' },
    { method: 'DELETE', path: '/files?path=/tmp/x' },
    { method: 'GET', path: '/files/list?path=/' },
    { method: 'GET', path: '/files/glob?path=/&pattern=*' },
    { method: 'GET', path: '/files/grep?path=/&pattern=root' },
    { method: 'GET', path: '/files/archive?path=/' },
    { method: 'GET', path: '/logs' },
    { method: 'GET', path: '/metrics' },
    { method: 'GET', path: '/processes' },
  ];

  it.each(ours)('is not there for $method /v1/sandboxes/ID$path', async ({ method, path, body }) => {
    const url = `/v1/sandboxes/${idOf(acme)}${path}`;
    const foreign = await other.api(method, url, body === undefined ? {} : { body });
    expect(foreign.status, JSON.stringify(foreign.body)).toBe(404);
    // Told like one that never was, so that ids cannot be tried out.
    const unknown = await other.api(
      method,
      url.replace(idOf(acme), 'a'.repeat(20)),
      body === undefined ? {} : { body },
    );
    const told = JSON.stringify({ ...unknown.body, requestId: '' }).replaceAll('a'.repeat(20), idOf(acme));
    expect(JSON.stringify({ ...foreign.body, requestId: '' })).toBe(told);
  });

  const e2b: readonly Call[] = [
    { method: 'GET', path: '' },
    { method: 'DELETE', path: '' },
    { method: 'POST', path: '/timeout', body: { timeout: 1 } },
    { method: 'POST', path: '/refreshes', body: { duration: 1 } },
    { method: 'POST', path: '/pause', body: {} },
    { method: 'POST', path: '/resume', body: {} },
    { method: 'POST', path: '/connect', body: {} },
    { method: 'GET', path: '/metrics' },
    { method: 'GET', path: '/logs' },
  ];

  it.each(e2b)('is not there for $method /sandboxes/ID$path', async ({ method, path, body }) => {
    const url = `/sandboxes/${idOf(acme)}${path}`;
    const foreign = await other.api(method, url, body === undefined ? {} : { body });
    expect(foreign.status, JSON.stringify(foreign.body)).toBe(404);
    expect(JSON.stringify(foreign.body)).not.toContain(METADATA);
  });

  it('is in no list, no batch and no stream of events', async () => {
    for (const path of ['/v1/sandboxes', '/v2/sandboxes', '/sandboxes', `/v1/sandboxes?label=owner:${METADATA}`]) {
      const { status, body } = await other.api('GET', path);
      expect(status, path).toBe(200);
      expect(JSON.stringify(body), path).not.toContain(idOf(acme));
    }
    expect((await other.api('GET', '/v1/sandboxes?tenant=acme')).status).toBeGreaterThanOrEqual(400);
    const batch = await other.api('POST', '/v1/batch', { body: { action: 'stop', ids: [idOf(acme)] } });
    expect(batch.body.items).toEqual([expect.objectContaining({ id: idOf(acme), status: 404 })]);
    expect(batch.body.items[0].view).toBeUndefined();

    const headers = { 'x-api-key': other.key };
    const controller = new AbortController();
    const stream = await fetch(`${service.url}/v1/events`, { headers, signal: controller.signal });
    const events = eventReader(stream.body);
    try {
      await acme.api('PATCH', `/v1/sandboxes/${idOf(acme)}`, { body: { labels: { moved: '1' } } });
      await acme.api('POST', `/v1/sandboxes/${idOf(acme)}/pause`, {});
      await acme.api('POST', `/v1/sandboxes/${idOf(acme)}/resume`, {});
      await other.api('POST', `/v1/sandboxes/${idOf(other)}/pause`, {});
      await other.api('POST', `/v1/sandboxes/${idOf(other)}/resume`, {});
      // The other one's come first in time: the first that arrives is one's own.
      expect((await events.next()).data.id).toBe(idOf(other));
    } finally {
      controller.abort();
    }
  });

  it('is not moved by any of this', async () => {
    const { body } = await acme.api('GET', `/v1/sandboxes/${idOf(acme)}`);
    expect(body).toMatchObject({ state: 'running', incarnation: 1, labels: { owner: METADATA } });
    expect(await acme.inside.ask('cat /tmp/x 2>/dev/null || echo none')).toBe('none');
  });

  it('answers nobody who shows a token of his own sandbox', async () => {
    const visitor = insideOf(service, idOf(acme), other.inside.token);
    await expect(visitor.run('id')).rejects.toThrow(/401/);
    for (const path of ['/files?path=/etc/passwd', '/envs', '/metrics']) {
      const answer = await visitor.fetch(path);
      expect(answer.status, path).toBe(401);
      expect(await answer.text()).not.toContain(ENV_VALUE);
    }
    for (const token of ['', acme.key, other.key, `${acme.inside.token}x`, acme.inside.token.slice(1)]) {
      const answer = await visitor.fetch('/envs', { headers: { 'x-access-token': token } });
      expect(answer.status).toBe(401);
    }
  });

  it('has ports for those alone who hold its traffic token', async () => {
    const ask = (token: string | undefined) =>
      acme.inside.fetch('/', { port: 8000, headers: token === undefined ? {} : { 'e2b-traffic-access-token': token } });
    expect((await ask(acme.inside.trafficToken)).status).toBe(200);
    for (const token of [undefined, '', other.inside.trafficToken, acme.inside.token, acme.key]) {
      const answer = await ask(token);
      expect(answer.status).toBe(403);
      expect(answer.headers.get('x-sandglass-error')).toBe('forbidden');
    }
  });

  it('gives a file to its own signatures alone', async () => {
    const file = { path: '/etc/hostname', operation: 'read', user: '', expiresAtSeconds: null } as const;
    const url = (signature: string, path: string = file.path) =>
      `/files?path=${encodeURIComponent(path)}&signature=${encodeURIComponent(signature)}`;
    const mine = fileSignature(file, other.inside.token);
    const theirs = fileSignature(file, acme.inside.token);
    for (const signature of [mine, theirs]) secrets.add(signature);
    const free = (target: string, request?: RequestInit) => fetch(`${service.url}${target}`, request);
    expect((await (await free(url(theirs))).text()).trim()).toBe(idOf(acme));
    expect((await (await free(url(mine))).text()).trim()).toBe(idOf(other));
    // One's own signature, said to the other's sandbox.
    const headers = { 'e2b-sandbox-id': idOf(acme), 'e2b-sandbox-port': '49983' };
    expect((await free(url(mine), { headers })).status).toBe(401);
    expect((await free(url(theirs, '/etc/shadow'))).status).toBe(401);
    expect((await free(url(theirs), { method: 'POST', body: 'x' })).status).toBe(401);
    expect((await free(url(`${theirs}x`))).status).toBe(401);
    expect((await free(`/files?path=${encodeURIComponent(file.path)}`)).status).toBe(401);
    const past = Math.floor(Date.now() / 1000) - 10;
    const expired = fileSignature({ ...file, expiresAtSeconds: past }, acme.inside.token);
    secrets.add(expired);
    expect((await free(`${url(expired)}&signature_expiration=${past}`)).status).toBe(401);
    expect((await free(`${url(expired)}&signature_expiration=${past + 3_600}`)).status).toBe(401);
  });

  // Docker's resolver tells each container the names of all others of its network, and our names hold the id.
  it.fails('is not found by asking the engine’s resolver inside', async () => {
    const address = await acme.inside.ask('hostname -i');
    const name = `${address.split('.').reverse().join('.')}.in-addr.arpa`;
    expect(await lookUp(other.inside, '127.0.0.11', name, 'PTR')).not.toContain(idOf(acme));
  });
});

describe('a tenant’s own key', () => {
  it.each([
    ['GET', '/v1/admin/keys'],
    ['POST', '/v1/admin/keys'],
    ['GET', '/v1/admin/info'],
    ['POST', '/v1/admin/scan'],
    ['POST', '/v1/admin/reconcile'],
  ])('opens nothing of the administration: %s %s', async (method, path) => {
    const answer = await other.api(method, path, method === 'POST' ? { body: { tenant: 'x', role: 'admin' } } : {});
    expect(answer.status).toBe(403);
  });

  it('is taken from no query and no cookie', async () => {
    for (const name of ['key', 'api_key', 'apiKey', 'x-api-key', 'token', 'access_token']) {
      const answer = await fetch(`${service.url}/v1/sandboxes?${name}=${other.key}`);
      expect([400, 401], name).toContain(answer.status);
    }
    const cookie = await fetch(`${service.url}/v1/sandboxes`, { headers: { cookie: `x-api-key=${other.key}` } });
    expect(cookie.status).toBe(401);
  });
});

describe('the log at its most talkative', () => {
  it('holds no key, no token, no value of an environment and no signature', () => {
    expect(service.log.length).toBeGreaterThan(50);
    const log = service.log.join('\n');
    expect(log).toContain(idOf(acme));
    for (const secret of secrets) {
      expect(log).not.toContain(secret);
      expect(log).not.toContain(encodeURIComponent(secret));
      expect(log).not.toContain(Buffer.from(secret).toString('base64'));
    }
  });
});
