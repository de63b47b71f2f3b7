import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli/run-cli.ts';
import { scriptedService, scriptedServices } from '../support/sdk/scripted-service.ts';

const key = {
  id: 'key_0f1e',
  tenant: 'acme',
  role: 'user',
  name: 'ci',
  quota: { sandboxes: 20, cpus: null, memoryMb: 4096 },
  createdAt: '2026-08-01T12:00:00.000Z',
  expiresAt: null,
  revokedAt: null,
};

const serviceThat = scriptedServices();
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function dataDirWithKey(secret: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandglass-cli-'));
  folders.push(folder);
  writeFileSync(join(folder, 'admin.key'), `${secret}\n`);
  return folder;
}

describe('keys create', () => {
  it('sends what was asked for, and prints the secret alone as its result', async () => {
    const { url, seen } = await serviceThat({ status: 201, json: { ...key, key: 'e2b_new' } });
    const options = '--name ci --tenant acme --expires 2h --quota-sandboxes 20 --quota-memory-mb 4096'.split(' ');
    const { exitCode, results } = await runCli(['keys', 'create', ...options, '--url', url, '--key', 'e2b_admin']);
    expect(exitCode).toBe(0);
    expect(results).toBe('e2b_new\n');
    expect(seen[0]).toMatchObject({
      method: 'POST',
      target: '/v1/admin/keys',
      headers: { 'x-api-key': 'e2b_admin' },
      body: { name: 'ci', tenant: 'acme', role: 'user', quota: { sandboxes: 20, cpus: null, memoryMb: 4096 } },
    });
    expect(seen[0]?.body).toHaveProperty('expiresAt', expect.stringMatching(/^\d{4}-.*Z$/));
  });
});

describe('keys list', () => {
  it('shows a table for people', async () => {
    const { url } = await serviceThat({ status: 200, json: { items: [key] } });
    const { results } = await runCli(['keys', 'list', '--url', url]);
    const [head, line] = results.split('\n');
    expect(head).toMatch(/^ID +TENANT +ROLE +NAME +QUOTA +CREATED/);
    expect(line).toMatch(/^key_0f1e +acme +user +ci +20 sandboxes, 4096 MiB +2026-08-01T12:00:00.000Z +never +-$/);
  });

  it('shows JSON for machines', async () => {
    const { url } = await serviceThat({ status: 200, json: { items: [key] } });
    const { results } = await runCli(['keys', 'list', '--json', '--url', url]);
    expect(JSON.parse(results)).toEqual([key]);
  });
});

describe('keys revoke', () => {
  it('revokes by id', async () => {
    const { url, seen } = await serviceThat({ status: 204 });
    expect((await runCli(['keys', 'revoke', 'key_0f1e', '--url', url])).exitCode).toBe(0);
    expect(seen[0]).toMatchObject({ method: 'DELETE', target: '/v1/admin/keys/key_0f1e' });
  });
});

describe('the key that is sent', () => {
  it('is the first admin key of the data directory where the service is on this machine', async () => {
    const { url, seen } = await serviceThat({ status: 200, json: { items: [] } });
    await runCli(['keys', 'list', '--url', url], { SANDGLASS_DATA_DIR: dataDirWithKey('e2b_first') });
    expect(seen[0]?.headers['x-api-key']).toBe('e2b_first');
  });

  it('is that of the environment before that, and that of --key before all', async () => {
    const { url, seen } = await serviceThat({ status: 200, json: { items: [] } });
    const env = { SANDGLASS_DATA_DIR: dataDirWithKey('e2b_first'), SANDGLASS_API_KEY: 'e2b_env', SANDGLASS_URL: url };
    await runCli(['keys', 'list'], env);
    await runCli(['keys', 'list', '--key', 'e2b_flag'], env);
    expect(seen.map(({ headers }) => headers['x-api-key'])).toEqual(['e2b_env', 'e2b_flag']);
  });
});

describe('what the service refuses', () => {
  it.each([
    [401, 'unauthenticated', 4],
    [403, 'forbidden', 4],
    [404, 'not_found', 3],
    [409, 'conflict', 5],
    [500, 'internal', 1],
  ])('%i %s ends with its own exit code', async (status, code, exitCode) => {
    const problem = { type: 'about:blank', title: 'No', status, detail: 'No.', code, hint: 'Ask.', requestId: 'req_9' };
    const { url } = await serviceThat({ status, json: problem, headers: { 'x-request-id': 'req_9' } });
    const ended = await runCli(['keys', 'revoke', 'key_0f1e', '--url', url]);
    expect(ended).toMatchObject({ exitCode, results: '', progress: 'No.\nAsk.\nRequest req_9\n' });
  });

  it('and a service that is not there end with 7', async () => {
    const { url, close } = await scriptedService('break');
    await close();
    expect((await runCli(['keys', 'list', '--url', url])).exitCode).toBe(7);
  });
});
