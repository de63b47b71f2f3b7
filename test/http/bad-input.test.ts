import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemSchema } from '../../src/contract/problem.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;
let seqBefore: number;

beforeAll(async () => {
  service = await memoryService();
  seqBefore = await service.store.lastSeq();
});
afterAll(async () => {
  expect(await service.store.lastSeq(), 'nothing was created').toBe(seqBefore);
  expect(service.control.count('create')).toBe(0);
  expect(service.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  await service.close();
});

const NUL = '\u0000';
const long = (count: number) => 'x'.repeat(count);

describe('fields of a start', () => {
  it.each([
    ['id', { id: '../etc' }],
    ['id', { id: 'a\n' }],
    ['id', { id: `a${NUL}` }],
    ['id', { id: long(41) }],
    ['id', { id: long(65) }],
    ['id', { id: '' }],
    ['id', { id: 'Upper' }],
    ['id', { id: 7 }],
    ['id', { id: null }],
    ['template', { template: '../base' }],
    ['image', { template: 'base', image: 'python:3.12' }],
    ['image', { image: '-v/:/host' }],
    ['image', { image: 'a b' }],
    ['image', { image: '' }],
    ['image', { image: long(256) }],
    ['image', { image: 'x:y:z' }],
    ['image', { image: 'https://example.org/x' }],
    ['env.9LIVES', { env: { '9LIVES': 'x' } }],
    ['env.A-B', { env: { 'A-B': 'x' } }],
    ['env.', { env: { '': 'x' } }],
    ['env.A', { env: { A: 1 } }],
    ['env.A', { env: { A: `x${NUL}y` } }],
    ['env', { env: ['A=1'] }],
    ['env', { env: { A: long(70_000) } }],
    ['labels.-a', { labels: { '-a': 'x' } }],
    ['labels.a b', { labels: { 'a b': 'x' } }],
    ['labels.a', { labels: { a: long(257) } }],
    ['labels.a', { labels: { a: 'x\ny' } }],
    ['labels.a', { labels: { a: null } }],
    ['labels', { labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, 'x'])) }],
    ['user', { user: 'root;reboot' }],
    ['user', { user: '' }],
    ['user', { user: 'a:b:c' }],
    ['workdir', { workdir: 'relative' }],
    ['workdir', { workdir: `/x${NUL}` }],
    ['command', { command: [] }],
    ['command', { command: 'echo hi' }],
    ['command.0', { command: [`a${NUL}`] }],
    ['command.1', { command: ['a', 1] }],
    ['command', { command: Array(1025).fill('a') }],
    ['command', { command: [long(65_537)] }],
    ['resources.cpus', { resources: { cpus: 0 } }],
    ['resources.cpus', { resources: { cpus: -1 } }],
    ['resources.cpus', { resources: { cpus: 0.009 } }],
    ['resources.cpus', { resources: { cpus: 17 } }],
    ['resources.cpus', { resources: { cpus: '1' } }],
    ['resources.cpus', { resources: { cpus: true } }],
    ['resources.memoryMb', { resources: { memoryMb: 5 } }],
    ['resources.memoryMb', { resources: { memoryMb: 64.5 } }],
    ['resources.memoryMb', { resources: { memoryMb: 1e12 } }],
    ['resources.pids', { resources: { pids: 0 } }],
    ['resources.pids', { resources: { pids: 1e9 } }],
    ['resources.diskMb', { resources: { diskMb: 0 } }],
    ['resources.diskMb', { resources: { diskMb: 1e15 } }],
    ['resources.gpus', { resources: { gpus: 1 } }],
    ['runtime', { runtime: '../runc' }],
    ['network.internet', { network: { internet: 'no' } }],
    ['network.ports', { network: { ports: [80] } }],
    ['lifetime.timeoutSeconds', { lifetime: { timeoutSeconds: 0 } }],
    ['lifetime.timeoutSeconds', { lifetime: { timeoutSeconds: -5 } }],
    ['lifetime.timeoutSeconds', { lifetime: { timeoutSeconds: '300' } }],
    ['lifetime.timeoutSeconds', { lifetime: { timeoutSeconds: 2_592_001 } }],
    ['lifetime.idleSeconds', { lifetime: { idleSeconds: 0 } }],
    ['lifetime.autoDeleteSeconds', { lifetime: { autoDeleteSeconds: -1 } }],
    ['lifetime.onTimeout', { lifetime: { onTimeout: 'explode' } }],
    ['waitSeconds', { waitSeconds: 301 }],
    ['waitSeconds', { waitSeconds: -1 }],
    ['waitSeconds', { waitSeconds: '10' }],
    ['wait', { wait: 'false' }],
    ['wait', { wait: 0 }],
    ['reuseKey', { reuseKey: '' }],
    ['privileged', { privileged: true }],
    ['constructor', { constructor: 1 }],
  ])('%s in %j is 400 and named', async (path, body) => {
    const problem = (await service.admin.post('/v1/sandboxes', body)).problem();
    expect(problem.status).toBe(400);
    expect(problem.errors?.map((error) => error.path)).toEqual([path]);
  });

  it('says of mounts that volumes do not exist yet', async () => {
    for (const mounts of [[], [{ path: '/data' }], null]) {
      const problem = (await service.alice.post('/v1/sandboxes', { mounts })).problem();
      expect(problem.errors).toEqual([{ path: 'mounts', message: expect.stringContaining('do not exist yet') }]);
    }
  });

  it('names every wrong field at once', async () => {
    const body = { id: 'X', resources: { cpus: -1, memoryMb: 'x' }, labels: { a: 1 }, bogus: 1 };
    const problem = (await service.alice.post('/v1/sandboxes', body)).problem();
    const paths = problem.errors?.map((error) => error.path).sort();
    expect(paths).toEqual(['bogus', 'id', 'labels.a', 'resources.cpus', 'resources.memoryMb']);
    expect(problem.detail).toMatch(/and 4 more/);
  });
});

describe('bodies', () => {
  const send = async (
    body: string | Uint8Array | ReadableStream<Uint8Array>,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) => {
    const init = { body, headers, ...(body instanceof ReadableStream ? { duplex: 'half' as const } : {}) };
    const response = await service.alice.send('POST', '/v1/sandboxes', init);
    return problemSchema.parse(await response.json());
  };
  const nested = (levels: number) => `{"labels":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;

  it.each([
    ['not JSON', '{"id":'],
    ['two documents', '{}{}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"id"'],
    ['NaN', '{"resources":{"cpus":NaN}}'],
    ['a number beyond all', '{"resources":{"cpus":1e999}}'],
    ['a prototype', '{"__proto__":{"x":1}}'],
    ['a prototype deeper', '{"env":{"__proto__":"x"}}'],
    ['33 levels', nested(33)],
    ['100,000 levels', nested(100_000)],
  ])('that are %s are 400', async (_name, body) => {
    expect(await send(body)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('that are no UTF-8 are 400', async () => {
    const bytes = new Uint8Array([0x7b, 0x22, 0x69, 0x64, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]);
    expect(await send(bytes)).toMatchObject({ status: 400 });
  });

  it('may be nested 32 levels', async () => {
    expect((await send(nested(32))).errors).toEqual([{ path: 'labels', message: expect.any(String) }]);
  });

  it.each([
    ['text/plain', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['compressed JSON', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
    ['almost JSON', { 'content-type': 'application/jsonp' }],
  ])('that are %s are 415', async (_name, headers) => {
    expect(await send('{}', headers)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it('of 10 MB are 413, whether their length is declared or not', async () => {
    const big = JSON.stringify({ env: { A: long(10_000_000) } });
    const declared = { 'content-type': 'application/json', 'content-length': String(big.length) };
    expect(await send(big, declared)).toMatchObject({ status: 413, code: 'payload_too_large', limitBytes: 1_048_576 });
    expect(await send(big)).toMatchObject({ status: 413 });
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    expect(await send(endless)).toMatchObject({ status: 413 });
    expect(pulled, 'chunks read of an endless body').toBeLessThan(30);
  });

  it('that break off are 400', async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) });
    expect(await send(broken)).toMatchObject({ status: 400 });
  });
});

describe('addresses', () => {
  const encoded = [
    '..%2F..%2Fetc',
    'a%0A',
    'a%00',
    long(41),
    long(65),
    'UPPER',
    'a%20b',
    'a%252Fb',
    'caf%C3%A9',
    '%2e%2e%2fx',
  ];
  const paths = encoded.flatMap((id) => [
    `/v1/sandboxes/${id}`,
    `/v1/sandboxes/${id}/history`,
    `/v1/sandboxes/${id}/events`,
  ]);

  it.each(paths)('%s is 400', async (path) => {
    const problem = (await service.alice.get(path)).problem();
    expect(problem).toMatchObject({ status: 400, errors: [{ path: 'id' }] });
  });

  it.each(['stop', 'restart', 'pause', 'resume'])('of no sandbox are 400 for %s too', async (call) => {
    expect((await service.alice.post(`/v1/sandboxes/..%2Fx/${call}`, {})).problem().status).toBe(400);
  });

  it.each(['/v1/sandboxes/%zz', '/v1/sandboxes/%', '/v1/sandboxes/%E0%A4%A', '/v1/sandboxes?label=%ff:x', '/%'])(
    '%s, which cannot be decoded, is 400',
    async (path) => {
      expect((await service.alice.get(path)).problem()).toMatchObject({ status: 400, code: 'invalid_request' });
    },
  );

  it.each(['force=true', 'verbose', '__proto__=x', 'constructor=x'])(
    'with ?%s that the call does not know are 400',
    async (query) => {
      expect((await service.alice.post(`/v1/sandboxes?${query}`, {})).problem().status).toBe(400);
      expect((await service.nobody.get(`/healthz?${query}`)).problem().status).toBe(400);
    },
  );
});

describe('bodies of other calls', () => {
  it.each([
    ['stop', { graceSeconds: 301 }, 'graceSeconds'],
    ['stop', { graceSeconds: -1 }, 'graceSeconds'],
    ['stop', { force: true }, 'force'],
    ['restart', { lifetime: { timeoutSeconds: 0 } }, 'lifetime.timeoutSeconds'],
    ['restart', { env: {} }, 'env'],
    ['pause', { waitSeconds: 1e9 }, 'waitSeconds'],
    ['pause', { graceSeconds: 1 }, 'graceSeconds'],
    ['resume', { lifetime: { onTimeout: 'stop' } }, 'lifetime.onTimeout'],
  ])('%s with %j is 400 before anybody asks whose it is', async (call, body, path) => {
    const problem = (await service.alice.post(`/v1/sandboxes/nosuch/${call}`, body)).problem();
    expect(problem).toMatchObject({ status: 400, errors: [{ path }] });
  });
});
