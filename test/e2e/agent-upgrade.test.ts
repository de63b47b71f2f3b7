import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apiOf } from '../support/api.ts';
import { containerOf, engine, serviceIdOf } from '../support/engine.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const IMAGE = 'sandglass-busybox:latest';
const NEXT_VERSION = `next${process.pid}`;

let next: string;
let service: ServiceProcess;

/** The package as a later release would be: the same, with another agent. */
beforeAll(async () => {
  next = mkdtempSync(join(tmpdir(), 'sandglass-next-'));
  cpSync('dist', join(next, 'dist'), { recursive: true });
  cpSync('migrations', join(next, 'migrations'), { recursive: true });
  cpSync('package.json', join(next, 'package.json'));
  symlinkSync(resolve('node_modules'), join(next, 'node_modules'));
  const manifest = join(next, 'dist', 'agent', 'manifest.json');
  const { loader } = JSON.parse(readFileSync(manifest, 'utf8')) as { loader: string };
  writeFileSync(manifest, JSON.stringify({ version: NEXT_VERSION, loader }));
  service = await startService({ SANDGLASS_REDIS_URL: 'memory' });
});

afterAll(async () => {
  await service.dispose();
  for (const name of [`sandglass-agent-${NEXT_VERSION}`, `sandglass-agent-${NEXT_VERSION}-ready`]) {
    await engine
      .getVolume(name)
      .remove({ force: true })
      .catch(() => undefined);
  }
  rmSync(next, { recursive: true, force: true });
});

it('a sandbox stopped under an older agent restarts with the one it was made with', async () => {
  const agentOf = async (id: string) =>
    (await containerOf(serviceIdOf(service.dataDir), id))?.Labels['sandglass.agent'] ?? 'none';
  const start = (id: string) => apiOf(service)('POST', '/v1/sandboxes', { body: { id, image: IMAGE } });
  expect((await start('older1')).status).toBe(201);
  const older = await agentOf('older1');
  expect((await apiOf(service)('POST', '/v1/sandboxes/older1/stop', { body: { graceSeconds: 1 } })).status).toBe(200);

  await service.stop();
  service = await service.again({ SANDGLASS_REDIS_URL: 'memory' }, join(next, 'dist', 'main.js'));
  expect((await start('newer1')).status).toBe(201);
  const restarted = await apiOf(service)('POST', '/v1/sandboxes/older1/restart');
  expect(restarted.body).toMatchObject({ state: 'running', incarnation: 2 });
  expect(await agentOf('newer1')).toBe(NEXT_VERSION);
  expect(await agentOf('older1')).toBe(older);
  for (const id of ['older1', 'newer1']) {
    const health = await fetch(`${service.url}/health`, {
      headers: { 'e2b-sandbox-id': id, 'e2b-sandbox-port': '49983' },
    });
    expect(health.status).toBe(204);
  }
});
