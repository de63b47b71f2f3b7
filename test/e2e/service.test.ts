import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apiOf, eventually } from '../support/api.ts';
import { containerOf, containersOf, engine, execIn, serviceIdOf } from '../support/engine.ts';
import { liveHash, withRedis } from '../support/live-keys.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const IMAGE = 'sandglass-busybox:latest';

async function withService(
  env: Record<string, string>,
  use: (service: ServiceProcess) => Promise<void>,
): Promise<void> {
  const service = await startService(env);
  try {
    await use(service);
  } finally {
    await service.dispose();
  }
}

function runMain(env: Record<string, string>) {
  return spawnSync(process.execPath, ['dist/main.js'], {
    env: { PATH: process.env['PATH'], SANDGLASS_PORT: '0', SANDGLASS_ADMIN_PORT: '0', ...env },
    timeout: 15_000,
    encoding: 'utf8',
  });
}

describe('the service as a process', () => {
  it('makes a first admin key on loopback, keeps it for its owner only, and prints it once', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sandglass-key-'));
    const first = await startService({ SANDGLASS_ADMIN_KEY: '', SANDGLASS_REDIS_URL: 'memory' }, dataDir);
    try {
      const file = join(dataDir, 'admin.key');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const secret = readFileSync(file, 'utf8').trim();
      expect(secret).toMatch(/^e2b_[0-9a-f]{40}$/);
      expect((await apiOf({ ...first, adminKey: secret })('GET', '/v1/admin/keys')).status).toBe(200);
      expect(first.log.join('\n')).not.toContain(secret);
      await first.stop();
      const second = await first.again();
      expect(readFileSync(file, 'utf8').trim()).toBe(secret);
      await second.stop();
    } finally {
      await first.dispose();
    }
  });

  it('refuses any other address without a key, and says what to do', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sandglass-open-'));
    try {
      const run = runMain({ SANDGLASS_DATA_DIR: dataDir, SANDGLASS_HOST: '0.0.0.0', SANDGLASS_REDIS_URL: 'memory' });
      expect(run.status).toBe(1);
      expect(run.stderr).toMatch(/without any API key/);
      expect(run.stderr).toMatch(/SANDGLASS_ADMIN_KEY/);
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  it('names every wrong setting at once', () => {
    const run = runMain({ SANDGLASS_PORT: 'no', SANDGLASS_LOG_LEVEL: 'loud', SANDGLASS_REDIS_URL: 'ftp://x' });
    expect(run.status).toBe(1);
    for (const name of ['SANDGLASS_PORT', 'SANDGLASS_LOG_LEVEL', 'SANDGLASS_REDIS_URL'])
      expect(run.stderr).toContain(name);
  });

  it('has a data directory to itself, for as long as it lives', async () => {
    await withService({ SANDGLASS_REDIS_URL: 'memory' }, async (service) => {
      const second = runMain({ SANDGLASS_DATA_DIR: service.dataDir, SANDGLASS_REDIS_URL: 'memory' });
      expect(second.status).toBe(1);
      expect(second.stderr).toContain(`process ${service.pid}`);
      await service.kill();
      const third = await service.again();
      expect((await apiOf(third)('GET', '/v1/sandboxes')).status).toBe(200);
      await third.stop();
    });
  });

  it('closes what it opened when its port is taken, and says which', async () => {
    await withService({ SANDGLASS_REDIS_URL: 'memory' }, async (service) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'sandglass-port-'));
      try {
        const run = runMain({ SANDGLASS_DATA_DIR: dataDir, SANDGLASS_PORT: new URL(service.url).port });
        expect(run.status).toBe(1);
        expect(run.stderr).toMatch(/cannot be listened on \(EADDRINUSE\)[\s\S]*SANDGLASS_PORT/);
        const processes = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout;
        expect(processes).not.toContain(dataDir);
      } finally {
        rmSync(dataDir, { recursive: true, force: true });
      }
    });
  });

  it('finds everything as it was after a kill -9, and adopts its Redis', async () => {
    await withService({}, async (service) => {
      const api = apiOf(service);
      const { body } = await api('POST', '/v1/sandboxes', { body: { image: IMAGE } });
      const stopped = await api('POST', '/v1/sandboxes', { body: { image: IMAGE } });
      await api('POST', `/v1/sandboxes/${stopped.body.id}/stop`);
      await service.kill();
      const again = await service.again();
      try {
        const next = apiOf(again);
        expect((await next('GET', `/v1/sandboxes/${body.id}`)).body).toMatchObject({
          state: 'running',
          version: body.version,
        });
        expect((await next('POST', `/v1/sandboxes/${stopped.body.id}/restart`)).body.state).toBe('running');
        expect(await liveHash(service.dataDir, body.id)).toMatchObject({ state: 'running' });
        expect((await next('GET', '/readyz')).body.checks.live.detail).toContain('adopted');
      } finally {
        await again.stop();
      }
    });
  });

  it('ends in bounded time on SIGTERM during starts, and the next boot has the rows right', async () => {
    await withService({ SANDGLASS_REDIS_URL: 'memory' }, async (service) => {
      const api = apiOf(service);
      const starts = Array.from({ length: 10 }, (_, place) =>
        api('POST', '/v1/sandboxes', { body: { id: `term${place}`, image: IMAGE } }).catch(() => undefined),
      );
      await new Promise((resolve) => setTimeout(resolve, 400));
      const begun = Date.now();
      expect(await service.stop()).toBe(0);
      expect(Date.now() - begun).toBeLessThan(15_000);
      await Promise.all(starts);
      const again = await service.again();
      try {
        const next = apiOf(again);
        await eventually(
          'all settled',
          async () => {
            const { body } = await next('GET', '/v1/sandboxes?limit=100');
            const states = body.items.map(({ state }: { state: string }) => state);
            return states.length > 0 && states.every((state: string) => state === 'running');
          },
          30_000,
        );
        const { body } = await next('GET', '/v1/sandboxes?limit=100');
        expect(await containersOf(serviceIdOf(service.dataDir))).toHaveLength(body.items.length);
      } finally {
        await again.stop();
      }
    });
  });

  it('lives on without Redis, says so, and heals the live store when it is back', async () => {
    await withService({}, async (service) => {
      const api = apiOf(service);
      const { body } = await api('POST', '/v1/sandboxes', { body: { image: IMAGE } });
      await withRedis(service.dataDir, (redis) => redis.flushall());
      await api('POST', '/v1/admin/reconcile');
      expect(await liveHash(service.dataDir, body.id)).toMatchObject({ state: 'running', incarnation: '1' });
      await withRedis(service.dataDir, (redis) => redis.shutdown('NOSAVE').catch(() => undefined));
      const stopped = await api('POST', `/v1/sandboxes/${body.id}/stop`);
      expect([stopped.status, stopped.body.state]).toEqual([200, 'stopped']);
      const restarted = await api('POST', `/v1/sandboxes/${body.id}/restart`);
      expect(restarted.body.state).toBe('running');
      // The private server is started again, and what the rows say is seeded.
      await eventually(
        'healed',
        async () => {
          const hash = await liveHash(service.dataDir, body.id).catch((): Record<string, string> => ({}));
          return hash['incarnation'] === '2';
        },
        20_000,
      );
    });
  });

  it('exports what it did, without ids', async () => {
    await withService({ SANDGLASS_REDIS_URL: 'memory' }, async (service) => {
      const api = apiOf(service);
      const { body } = await api('POST', '/v1/sandboxes', { body: { image: IMAGE } });
      await api('DELETE', `/v1/sandboxes/${body.id}?force=true`);
      const text = await (await fetch(`${service.adminUrl}/metrics`)).text();
      for (const name of [
        'transitions_total',
        'operations_total',
        'engine_call_duration_seconds',
        'scan_duration_seconds',
        'live_store_up 1',
        'engine_up 1',
      ]) {
        expect(text).toContain(`sandglass_${name}`);
      }
      expect(text).toMatch(
        /sandglass_transitions_total\{from="pending",to="running",event="START_SUCCEEDED",reason="none"\} 1/,
      );
      expect(text).not.toContain(body.id);
    });
  });
});

describe('the world outside', () => {
  it('27: a labelled container without a row is removed after the grace; foreign ones are never touched', async () => {
    await withService({ SANDGLASS_ORPHAN_GRACE_SECONDS: '1', SANDGLASS_REDIS_URL: 'memory' }, async (service) => {
      const api = apiOf(service);
      const serviceId = serviceIdOf(service.dataDir);
      const { body } = await api('POST', '/v1/sandboxes', { body: { image: IMAGE } });
      const make = (Labels: Record<string, string>) =>
        engine.createContainer({ Image: IMAGE, Cmd: ['sleep', '100'], Labels });
      const orphan = await make({ 'sandglass.service': serviceId, 'sandglass.sandbox': 'nobody' });
      const foreign = await make({
        'sandglass.service': 'another',
        'sandglass.sandbox': body.id,
        'sandglass.test': '1',
      });
      const plain = await make({ 'sandglass.test': '1' });
      try {
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        // By this pass, or by the regular one that came before it.
        expect((await api('POST', '/v1/admin/reconcile')).status).toBe(200);
        const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text();
        expect(metrics).toContain('sandglass_corrections_total{kind="orphan"} 1');
        await expect(orphan.inspect()).rejects.toThrow(/no such container/i);
        expect((await foreign.inspect()).State.Status).toBe('created');
        expect((await plain.inspect()).State.Status).toBe('created');
        expect((await containerOf(serviceId, body.id))?.State).toBe('running');
      } finally {
        await Promise.all([foreign.remove({ force: true }), plain.remove({ force: true })]);
      }
    });
  });

  it('17: a hog dies alone while its sandbox lives on, and the feed tells of it', async () => {
    await withService({ SANDGLASS_REDIS_URL: 'memory' }, async (service) => {
      const api = apiOf(service);
      const { body } = await api('POST', '/v1/sandboxes', { body: { image: IMAGE, resources: { memoryMb: 24 } } });
      const gone = new AbortController();
      const stream = await fetch(`${service.url}/v1/sandboxes/${body.id}/events`, {
        headers: { 'x-api-key': service.adminKey },
        signal: gone.signal,
      });
      const heard = (async () => {
        let text = '';
        for await (const chunk of stream.body ?? []) {
          text += new TextDecoder().decode(chunk);
          if (text.includes('event: sandbox.oom')) return true;
        }
        return false;
      })();
      const container = await containerOf(serviceIdOf(service.dataDir), body.id);
      await execIn(container?.Id ?? '', ['sh', '-c', 'a=x; while :; do a=$a$a$a$a; done']);
      const begun = Date.now();
      expect(await heard).toBe(true);
      expect(Date.now() - begun).toBeLessThan(2_000);
      gone.abort();
      expect((await api('GET', `/v1/sandboxes/${body.id}`)).body.state).toBe('running');
    });
  });
});
