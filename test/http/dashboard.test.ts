import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MemoryService, memoryService } from '../support/memory-service.ts';

const POLICY = "default-src 'self'; frame-ancestors 'none'";

describe('GET / with a built dashboard', () => {
  let service: MemoryService;
  let folder: string;
  const get = (path: string, init?: RequestInit) => Promise.resolve(service.app.request(path, init));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sandglass-page-'));
    const dashboardDir = join(folder, 'dashboard');
    mkdirSync(join(dashboardDir, 'assets'), { recursive: true });
    writeFileSync(join(folder, 'secret.txt'), 'not for the web');
    writeFileSync(join(dashboardDir, 'index.html'), '<!doctype html><p>the page');
    writeFileSync(join(dashboardDir, 'assets', 'index-1a2b.js'), 'script()');
    writeFileSync(join(dashboardDir, 'assets', 'index-1a2b.js.br'), 'packed');
    service = await memoryService({ dashboardDir });
  });
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true });
  });

  it('answers everybody with the page, under a policy that lets in nothing but its own files', async () => {
    const answer = await get('/');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('the page');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-cache',
    });
  });

  it('answers with assets that may be kept for ever, compressed for who takes that', async () => {
    const plain = await get('/assets/index-1a2b.js');
    expect(await plain.text()).toBe('script()');
    expect(plain.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const packed = await get('/assets/index-1a2b.js', { headers: { 'accept-encoding': 'gzip, deflate, br' } });
    expect(await packed.text()).toBe('packed');
    expect(packed.headers.get('content-encoding')).toBe('br');
    expect(packed.headers.get('vary')).toBe('Accept-Encoding');
  });

  it('gives nothing of other folders, and lets nobody keep that an asset is missing', async () => {
    for (const path of [
      '/assets/missing.js',
      '/assets/..%2f..%2fsecret.txt',
      '/assets/%2e%2e/%2e%2e/secret.txt',
      '/assets/',
    ]) {
      const answer = await get(path);
      expect(answer.status, path).toBe(404);
      expect(answer.headers.get('cache-control'), path).toBe('no-store');
      expect(await answer.text(), path).toContain('"code":"not_found"');
    }
  });

  it('takes no other methods', async () => {
    const answer = await get('/', { method: 'POST' });
    expect(answer.status).toBe(405);
    expect(await answer.json()).toMatchObject({ code: 'method_not_allowed', allow: ['GET', 'HEAD', 'OPTIONS'] });
    expect((await get('/', { method: 'HEAD' })).status).toBe(200);
  });

  it('leaves the answers of the API under the policy of data', async () => {
    const answer = await get('/healthz');
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

describe('GET / without a built dashboard', () => {
  it('is 404', async () => {
    const service = await memoryService();
    expect((await service.app.request('/')).status).toBe(404);
    await service.close();
  });
});
