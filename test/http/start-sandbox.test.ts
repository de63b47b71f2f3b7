import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SandboxError } from '../../src/domain/errors.ts';
import { until } from '../support/live-store/real-clock.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

let service: MemoryService;

beforeAll(async () => {
  service = await memoryService({ http: { domain: 'sandboxes.test' } });
});
afterAll(() => service.close());

describe('201', () => {
  it('starts with every default, also without a body', async () => {
    const reply = await service.alice.post('/v1/sandboxes');
    const view = reply.view();
    expect(reply.status).toBe(201);
    expect(reply.headers.get('location')).toBe(`/v1/sandboxes/${view.id}`);
    expect(view).toMatchObject({
      state: 'running',
      tenant: 'acme',
      template: 'base',
      resources: { cpus: 1, memoryMb: 512, diskMb: null, pids: 256 },
      network: { internet: true },
      lifetime: { timeoutSeconds: 300, idleSeconds: null, onTimeout: 'stop', autoDeleteSeconds: null },
      incarnation: 1,
      reason: null,
      start: { path: 'cold' },
    });
    expect(view.id).toMatch(/^[a-z0-9]{20}$/);
    expect(Date.parse(view.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(view.createdAt));
    expect(view.deadlines.next).toEqual({ action: 'stop', at: view.deadlines.stopAt });
  });

  it('starts with everything asked for, and never shows a value of env', async () => {
    const reply = await service.alice.post('/v1/sandboxes', {
      id: 'whole',
      template: 'base',
      env: { TOKEN: 'do-not-show-me', LANG: 'C' },
      labels: { project: 'demo', 'team/name': 'x' },
      user: 'user:1000',
      workdir: '/srv',
      command: ['python3', '-m', 'http.server'],
      resources: { cpus: 0.5, memoryMb: 64, diskMb: 100, pids: 10 },
      runtime: 'runc',
      network: { internet: false },
      lifetime: { timeoutSeconds: 1.5, idleSeconds: 0.5, onTimeout: 'pause', autoDeleteSeconds: 0 },
      wait: true,
      waitSeconds: 30,
    });
    expect(reply.status).toBe(201);
    expect(reply.view()).toMatchObject({
      id: 'whole',
      envNames: ['LANG', 'TOKEN'],
      labels: { project: 'demo', 'team/name': 'x' },
      resources: { cpus: 0.5, memoryMb: 64, diskMb: 100, pids: 10, diskEnforced: true },
      network: { internet: false },
      lifetime: { timeoutSeconds: 1.5, idleSeconds: 0.5, onTimeout: 'pause', autoDeleteSeconds: 0 },
      urls: {
        agent: 'http://49983-whole.sandboxes.test',
        port: 'http://{port}-whole.sandboxes.test',
        path: '/sandbox/whole/{port}/',
      },
    });
    expect(reply.text).not.toContain('do-not-show-me');
    expect(service.log.lines.map(({ text }) => text).join('\n')).not.toContain('do-not-show-me');
  });

  it('starts an image of its own for an administrator, without timeout where null is asked', async () => {
    const view = await service.admin.start({ image: 'python:3.12', lifetime: { timeoutSeconds: null } });
    expect(view).toMatchObject({ template: null, image: 'python:3.12', deadlines: { stopAt: null, next: null } });
  });

  it('tells where the time went', async () => {
    const reply = await service.alice.post('/v1/sandboxes', {});
    const timing = reply.headers.get('server-timing') ?? '';
    const stages = [...timing.matchAll(/(\w+);dur=([\d.]+)/g)].map(([, name, ms]) => ({ name, ms: Number(ms) }));
    const names = ['placement', 'create', 'start', 'ready', 'verify', 'commit', 'total'];
    expect(stages.map(({ name }) => name)).toEqual(names);
    const sum = stages.slice(0, -1).reduce((all, { ms }) => all + ms, 0);
    expect(stages.at(-1)?.ms).toBeCloseTo(sum, 0);
  });
});

describe('202', () => {
  it('answers at once with "wait": false, and the work goes on', async () => {
    const reply = await service.alice.post('/v1/sandboxes', { id: 'later', wait: false });
    expect(reply.status).toBe(202);
    expect(reply.view()).toMatchObject({ id: 'later', state: 'pending' });
    expect(reply.headers.get('location')).toBe('/v1/sandboxes/later');
    expect(reply.headers.get('retry-after')).toBeNull();
    const settled = await service.alice.get('/v1/sandboxes/later?wait=running');
    expect(settled.view().state).toBe('running');
  });

  it('answers with what there is when waitSeconds runs out', async () => {
    const release = service.control.hangNext('create');
    const reply = await service.alice.post('/v1/sandboxes', { id: 'slow', waitSeconds: 0.05 });
    expect([reply.status, reply.view().state]).toEqual([202, 'pending']);
    release();
  });

  it('goes on for a caller who went away', async () => {
    const release = service.control.hangNext('create');
    const leaving = new AbortController();
    const asked = service.alice.post('/v1/sandboxes', { id: 'left' }, { signal: leaving.signal });
    setTimeout(() => leaving.abort(), 20);
    expect((await asked).status).toBe(202);
    release();
    expect((await service.alice.get('/v1/sandboxes/left?wait=running')).view().state).toBe('running');
  });
});

describe('403', () => {
  it('refuses a user an image that no template has', async () => {
    const reply = await service.alice.post('/v1/sandboxes', { image: 'python:3.12' });
    expect([reply.status, reply.problem().code]).toEqual([403, 'forbidden']);
  });
});

describe('404', () => {
  it('names the template that is not there', async () => {
    const reply = await service.alice.post('/v1/sandboxes', { template: 'nope' });
    expect(reply.status).toBe(404);
    expect(reply.problem()).toMatchObject({ code: 'not_found', resource: 'template' });
  });
});

describe('409', () => {
  it('refuses an id that is taken, and leaves the first untouched', async () => {
    await service.alice.start({ id: 'taken', labels: { first: 'yes' } });
    const before = await service.store.find('taken');
    for (const client of [service.alice, service.bob]) {
      const reply = await client.post('/v1/sandboxes', { id: 'taken' });
      expect([reply.status, reply.problem().code]).toEqual([409, 'conflict']);
    }
    expect(await service.store.find('taken')).toEqual(before);
  });
});

describe('429', () => {
  it('keeps each bound of the quota and names it', async () => {
    const quota = { sandboxes: 2, cpus: 3, memoryMb: 2048 };
    const client = await service.clientOf({ tenant: 'bounded', quota });
    await client.start({ id: 'one', resources: { cpus: 2 } });
    const tooMuch = [
      { wish: { resources: { cpus: 1.5 } }, bound: 'cpus', limit: 3, used: 2 },
      { wish: { resources: { memoryMb: 1600 } }, bound: 'memoryMb', limit: 2048, used: 512 },
    ];
    for (const { wish, ...told } of tooMuch) {
      const reply = await client.post('/v1/sandboxes', wish);
      expect(reply.problem()).toMatchObject({ code: 'quota_exceeded', status: 429, ...told });
      expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    await client.start({ id: 'two' });
    expect((await client.post('/v1/sandboxes', {})).problem()).toMatchObject({ bound: 'sandboxes', limit: 2, used: 2 });
    await client.post('/v1/sandboxes/one/stop');
    await client.start({ id: 'three' });
    expect((await client.post('/v1/sandboxes/one/restart')).problem().code).toBe('quota_exceeded');
  });
});

describe('501', () => {
  it('names a runtime that the engine does not have', async () => {
    const reply = await service.alice.post('/v1/sandboxes', { runtime: 'kata' });
    expect(reply.problem()).toMatchObject({
      status: 501,
      code: 'unsupported',
      runtime: 'kata',
      hint: expect.any(String),
    });
  });
});

describe('502', () => {
  it('says why an image cannot be had; the row stays and no container does', async () => {
    const reply = await service.admin.post('/v1/sandboxes', { id: 'noimage', image: 'missing:latest' });
    expect(reply.problem()).toMatchObject({
      status: 502,
      code: 'start_failed',
      id: 'noimage',
      reason: 'start_failed',
      detail: expect.stringContaining('manifest unknown'),
    });
    expect(reply.headers.get('location')).toBe('/v1/sandboxes/noimage');
    expect((await service.admin.get('/v1/sandboxes/noimage')).view()).toMatchObject({
      state: 'stopped',
      reason: { code: 'start_failed' },
      startedAt: null,
    });
    expect(service.control.containers().filter(({ sandboxId }) => sandboxId === 'noimage')).toEqual([]);
  });

  it('tells exit code and log of a command that ends at once', async () => {
    const release = service.control.hangNext('start');
    const asked = service.alice.post('/v1/sandboxes', { id: 'ends', command: ['sh', '-c', 'exit 3'] });
    await until('it is made', () => service.control.containers().some(({ sandboxId }) => sandboxId === 'ends'));
    service.control.print('ends', 'no such file');
    release();
    const reply = await asked;
    expect(reply.problem()).toMatchObject({
      status: 502,
      code: 'start_failed',
      exitCode: 3,
      logTail: 'no such file',
    });
    expect((await service.alice.get('/v1/sandboxes/ends')).view().reason).toMatchObject({
      code: 'start_failed',
      exitCode: 3,
    });
  });
});

describe('503', () => {
  it('refuses before anything is written when the engine is down', async () => {
    const seq = await service.store.lastSeq();
    service.control.goDown();
    const reply = await service.alice.post('/v1/sandboxes', { id: 'nowhere' });
    service.control.comeUp();
    expect(reply.problem()).toMatchObject({ status: 503, code: 'engine_unavailable' });
    expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await service.store.lastSeq()).toBe(seq);
    expect(await service.store.find('nowhere')).toBeUndefined();
  });
});

describe('507', () => {
  it('says that the engine has no space left; the row stays', async () => {
    service.control.failNext('create', { error: new SandboxError('disk_full', 'The engine has no space left.') });
    const reply = await service.alice.post('/v1/sandboxes', { id: 'full' });
    expect(reply.problem()).toMatchObject({ status: 507, code: 'disk_full', id: 'full' });
    expect(reply.headers.get('location')).toBe('/v1/sandboxes/full');
    expect((await service.alice.get('/v1/sandboxes/full')).view()).toMatchObject({ state: 'stopped' });
  });
});
