import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConnectionOptions, Sandbox } from '../../src/sdk/index.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

// The demo shows start, stop, restart and delete; these are the others, on the real service.
describe('the SDK on a real service', () => {
  let service: ServiceProcess;
  let options: ConnectionOptions;

  beforeAll(async () => {
    service = await startService({ SANDGLASS_BASE_IMAGE: 'sandglass-busybox:latest' });
    options = { url: service.url, apiKey: service.adminKey };
  });
  afterAll(() => service.dispose());

  it('pauses, resumes and extends', async () => {
    const sandbox = await Sandbox.start({ lifetime: { timeoutSeconds: 60 } }, options);
    expect((await sandbox.pause()).state).toBe('paused');
    expect(sandbox.deadlines.stopAt).toBeNull();
    expect((await sandbox.resume()).state).toBe('running');
    const before = Date.parse(sandbox.deadlines.stopAt ?? '');
    await sandbox.extend({ timeoutSeconds: 600, autoDeleteSeconds: 5 });
    expect(Date.parse(sandbox.deadlines.stopAt ?? '')).toBeGreaterThan(before + 500_000);
    expect(sandbox.view.lifetime).toMatchObject({ timeoutSeconds: 600, autoDeleteSeconds: 5 });
    await sandbox.delete({ force: true });
    expect((await sandbox.refresh()).state).toBe('deleted');
  });

  it('lists by label over several pages, newest first', async () => {
    const labels = { batch: 'pages' };
    const started: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      started.push((await Sandbox.start({ labels: { ...labels, name } }, options)).id);
    }
    const found: string[] = [];
    for await (const sandbox of Sandbox.list({ labels, pageSize: 2 }, options)) {
      found.push(sandbox.id);
      await sandbox.delete({ force: true });
    }
    expect(found).toEqual(started.toReversed());
  });

  it('throws what the service refuses, typed', async () => {
    await expect(Sandbox.get('nobody', options)).rejects.toMatchObject({
      code: 'sandbox_not_found',
      status: 404,
      requestId: expect.stringMatching(/^req_/),
    });
    await expect(Sandbox.start({ id: 'NOT AN ID' }, options)).rejects.toMatchObject({
      code: 'invalid_request',
      details: { errors: [{ path: 'id', message: expect.any(String) }] },
    });
    await expect(Sandbox.start({ command: ['sh', '-c', 'echo gone; exit 3'] }, options)).rejects.toMatchObject({
      code: 'start_failed',
      status: 502,
      details: { exitCode: 3, logTail: expect.stringContaining('gone') },
    });
  });
});
