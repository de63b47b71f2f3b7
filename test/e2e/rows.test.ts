import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxInfoFields } from '../../src/domain/sandbox-info.ts';
import { type Api, apiOf } from '../support/api.ts';
import { containerOf, engine, logsOf, serviceIdOf } from '../support/engine.ts';
import { liveHash } from '../support/live-keys.ts';
import { changeRow, sqlRow } from '../support/rows-of.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const IMAGE = 'sandglass-busybox:latest';

describe('what SQL holds', () => {
  let service: ServiceProcess;
  let api: Api;
  beforeAll(async () => {
    service = await startService();
    api = apiOf(service);
  });
  afterAll(() => service?.dispose());

  const start = async (body: object = {}) => {
    const answer = await api('POST', '/v1/sandboxes', { body: { image: IMAGE, ...body } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body.id as string;
  };
  const stop = (id: string) => api('POST', `/v1/sandboxes/${id}/stop`);
  const restart = (id: string) => api('POST', `/v1/sandboxes/${id}/restart`);
  const change = (sql: string, ...values: unknown[]) => changeRow(service.dataDir, sql, ...values);

  it('20: never reaches Redis beyond the schema, not even a column of the future', async () => {
    change('alter table sandboxes add column future_secret text');
    const id = await start({ env: { TOKEN: 'secret-value' }, labels: { a: '1' } });
    change("update sandboxes set future_secret = 'from tomorrow' where id = ?", id);
    const patched = await api('PATCH', `/v1/sandboxes/${id}`, { body: { labels: { b: '2' } } });
    expect(patched.body.labels).toEqual({ a: '1', b: '2' });
    await stop(id);
    await restart(id);
    const hash = await liveHash(service.dataDir, id);
    expect(JSON.parse(hash['labels'] ?? '')).toEqual({ a: '1', b: '2' });
    for (const field of Object.keys(hash)) expect(sandboxInfoFields as readonly string[]).toContain(field);
    expect(JSON.stringify(hash)).not.toMatch(/secret-value|from tomorrow/);
    expect(sqlRow(service.dataDir, id)?.['future_secret']).toBe('from tomorrow');
    const view = await api('GET', `/v1/sandboxes/${id}`);
    expect(view.body.envNames).toEqual(['TOKEN']);
    expect(JSON.stringify(view.body)).not.toContain('secret-value');
    expect(service.log.join('\n')).not.toContain('secret-value');
  });

  it.each([
    ['missing', null],
    ['of an older version', '{"version":0,"env":{"A":"1"}}'],
    ['unreadable', '{"version":'],
  ])('a stopped sandbox that ran restarts from its columns when its spec is %s', async (_what, spec) => {
    const id = await start();
    await stop(id);
    change('update sandboxes set spec = ? where id = ?', spec, id);
    const restarted = await restart(id);
    expect([restarted.status, restarted.body.state]).toEqual([200, 'running']);
  });

  it('a sandbox that never ran and has no readable spec answers 409 with what is missing', async () => {
    const failed = await api('POST', '/v1/sandboxes', { body: { image: IMAGE, command: ['sh', '-c', 'exit 1'] } });
    change("update sandboxes set spec = 'broken' where id = ?", failed.body.id);
    const answer = await restart(failed.body.id);
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ code: 'conflict', state: 'stopped', missing: ['spec'], accepts: ['delete'] });
  });

  it('a failed start whose spec is of an older version is made from it and the defaults', async () => {
    const failed = await api('POST', '/v1/sandboxes', { body: { image: IMAGE, command: ['sh', '-c', 'exit 1'] } });
    const old = { version: 0, env: { A: 'old' }, command: ['sh', '-c', 'echo $A; sleep 1000'] };
    change('update sandboxes set spec = ? where id = ?', JSON.stringify(old), failed.body.id);
    const answer = await restart(failed.body.id);
    expect([answer.status, answer.body.state]).toEqual([200, 'running']);
    const container = await containerOf(serviceIdOf(service.dataDir), failed.body.id);
    expect(await logsOf(container?.Id ?? '')).toContain('old');
  });

  it('resources changed later stand beside the spec: live at once, on stopped with the next start', async () => {
    const id = await start();
    const limits = async () => {
      const container = await containerOf(serviceIdOf(service.dataDir), id);
      const { HostConfig } = await engine.getContainer(container?.Id ?? '').inspect();
      return [HostConfig.Memory, HostConfig.MemorySwap, HostConfig.NanoCpus, HostConfig.PidsLimit];
    };
    const mib = 1024 * 1024;
    expect(await limits()).toEqual([512 * mib, 512 * mib, 1e9, 256]);
    const resources = { memoryMb: 256, cpus: 0.5, pids: 64 };
    expect((await api('PATCH', `/v1/sandboxes/${id}`, { body: { resources } })).body.resources).toMatchObject(
      resources,
    );
    expect(await limits()).toEqual([256 * mib, 256 * mib, 5e8, 64]);
    await stop(id);
    await api('PATCH', `/v1/sandboxes/${id}`, { body: { resources: { memoryMb: 300 } } });
    await restart(id);
    expect(await limits()).toEqual([300 * mib, 300 * mib, 5e8, 64]);
  });
});
