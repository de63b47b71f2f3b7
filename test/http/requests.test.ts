import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemSchema } from '../../src/contract/problem.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService({ http: { corsOrigins: ['https://app.test'] } });
});
afterAll(() => service.close());

/** The fields of the access lines so far that are about this request. */
function linesOf(requestId: string | null): Record<string, unknown>[] {
  return service.log.lines
    .filter(({ event }) => event === 'http.request')
    .map(({ level, text }) => ({ level, ...JSON.parse(text.slice(text.indexOf('{"'))) }))
    .filter((fields) => fields.requestId === requestId);
}

describe('the request id', () => {
  it('is the caller\u2019s where it is fit for a log, else ours', async () => {
    const given = await service.alice.get('/v1/sandboxes', { headers: { 'x-request-id': 'abc-1.2_3' } });
    expect(given.headers.get('x-request-id')).toBe('abc-1.2_3');
    for (const unfit of ['a b', 'x'.repeat(129), '<script>', '']) {
      const reply = await service.alice.get('/v1/nothing', { headers: { 'x-request-id': unfit } });
      expect(reply.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{16}$/);
      expect(reply.problem().requestId).toBe(reply.headers.get('x-request-id'));
    }
  });
});

describe('the log', () => {
  it('has one line for a mutation, at info, with who and what and the trace', async () => {
    const traceparent = `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`;
    const reply = await service.alice.post('/v1/sandboxes', {}, { headers: { traceparent } });
    expect(linesOf(reply.headers.get('x-request-id'))).toEqual([
      expect.objectContaining({
        level: 'info',
        operation: 'startSandbox',
        route: '/v1/sandboxes',
        status: 201,
        outcome: 'ok',
        sandboxId: reply.view().id,
        incarnation: 1,
        keyId: service.alice.keyId,
        traceId: 'a1'.repeat(16),
        durationMs: expect.any(Number),
      }),
    ]);
  });

  it('has reads at debug, and refusals with their code', async () => {
    const read = await service.alice.get('/v1/sandboxes');
    expect(linesOf(read.headers.get('x-request-id'))).toMatchObject([{ level: 'debug', outcome: 'ok', traceId: null }]);
    const refused = await service.alice.post('/v1/sandboxes/nosuch/stop');
    expect(linesOf(refused.headers.get('x-request-id'))).toMatchObject([
      { level: 'info', outcome: 'sandbox_not_found', sandboxId: 'nosuch', status: 404 },
    ]);
  });

  it('counts each request by its route, never by its address', async () => {
    service.requests.length = 0;
    await service.alice.get('/v1/sandboxes/abc');
    await service.alice.get('/v1/nothing/here');
    await service.alice.send('PUT', '/v1/sandboxes/abc');
    expect(service.requests).toEqual([
      { route: '/v1/sandboxes/{id}', method: 'GET', status: 404 },
      { route: 'unmatched', method: 'GET', status: 404 },
      { route: '/v1/sandboxes/{id}', method: 'PUT', status: 405 },
    ]);
  });
});

describe('404', () => {
  it.each(['/', '/v1', '/v1/sandboxes/', '/v1/sandboxes/a/b', '/v2/nothing', '/v1/admin'])(
    'is what %s answers',
    async (path) => {
      const reply = await service.alice.get(path);
      expect(reply.problem()).toMatchObject({ status: 404, code: 'not_found', resource: 'route' });
    },
  );
});

describe('405', () => {
  it.each([
    ['PUT', '/v1/sandboxes', 'POST, GET, HEAD, OPTIONS'],
    ['DELETE', '/v1/sandboxes', 'POST, GET, HEAD, OPTIONS'],
    ['POST', '/v1/sandboxes/abc', 'GET, PATCH, DELETE, HEAD, OPTIONS'],
    ['GET', '/v1/sandboxes/abc/stop', 'POST, OPTIONS'],
    ['HEAD', '/v1/batch', 'POST, OPTIONS'],
    ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
  ])('%s %s names what is allowed', async (method, path, allow) => {
    const response = await service.alice.send(method, path);
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    if (method !== 'HEAD') expect(problemSchema.parse(await response.json()).code).toBe('method_not_allowed');
  });
});

describe('HEAD and OPTIONS', () => {
  it('answer as GET without its body, and with what is allowed', async () => {
    const head = await service.alice.send('HEAD', '/v1/sandboxes');
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, 'application/json', '']);
    const options = await service.nobody.send('OPTIONS', '/v1/sandboxes/abc/stop');
    expect(options.status).toBe(204);
  });

  it('start no stream that nobody reads', async () => {
    const head = await service.alice.send('HEAD', '/v1/events');
    expect([head.status, head.body, head.headers.get('content-type')]).toEqual([
      200,
      null,
      'text/event-stream; charset=utf-8',
    ]);
  });
});

describe('pages of other origins', () => {
  const preflight = (origin: string) =>
    service.nobody.send('OPTIONS', '/v1/sandboxes', {
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-api-key' },
    });

  it('may call when their origin is listed', async () => {
    const asked = await preflight('https://app.test');
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://app.test');
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/X-API-Key/);
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
    const reply = await service.alice.get('/v1/sandboxes', { headers: { origin: 'https://app.test' } });
    expect(reply.headers.get('access-control-allow-origin')).toBe('https://app.test');
    const refused = await service.nobody.get('/v1/sandboxes', { headers: { origin: 'https://app.test' } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, 'https://app.test']);
  });

  it('may not when it is not, and nowhere when no origin is', async () => {
    expect((await preflight('https://evil.test')).headers.get('access-control-allow-origin')).toBeNull();
    const closed = await memoryService();
    const reply = await closed.alice.get('/v1/sandboxes', { headers: { origin: 'https://app.test' } });
    expect(reply.headers.get('access-control-allow-origin')).toBeNull();
    await closed.close();
  });
});

describe('every answer', () => {
  it.each(['/v1/sandboxes', '/v1/nothing', '/healthz', '/openapi.json'])(
    'of %s is data that nothing keeps',
    async (path) => {
      const { headers } = await service.alice.get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    },
  );
});
