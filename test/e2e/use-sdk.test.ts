import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sandbox, SandglassError } from '../../src/sdk/index.ts';
import { apiOf, eventually } from '../support/api.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

let service: ServiceProcess;
const options = () => ({ url: service.url, apiKey: service.adminKey });
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.dispose());

describe('the SDK inside a real sandbox', () => {
  it('runs commands and tells how they ended', async () => {
    const sandbox = await Sandbox.start({}, options());
    const shell = await sandbox.exec('id -un; echo oh >&2; exit 3');
    expect(shell).toMatchObject({ exitCode: 3, stdout: 'user\n', stderr: 'oh\n', timedOut: false });
    expect(await sandbox.exec(['cat'], { stdin: 'in' })).toMatchObject({ exitCode: 0, stdout: 'in' });
    expect((await sandbox.execs()).map(({ running }) => running)).toEqual([false, false]);
  });

  it('goes on with a stream of output after the service was restarted', async () => {
    const sandbox = await Sandbox.start({}, options());
    const output: string[] = [];
    const env = { SANDGLASS_PORT: new URL(service.url).port };
    for await (const event of sandbox.execStream('echo one; sleep 3; echo two; exit 4')) {
      if (event.type === 'stdout') output.push(new TextDecoder().decode(event.data));
      if (event.type === 'end') output.push(`end ${event.exitCode}`);
      if (event.type !== 'stdout' || output.length !== 1) continue;
      await service.stop();
      service = await service.again(env);
    }
    expect(output).toEqual(['one\n', 'two\n', 'end 4']);
  });

  it('throws out of a stream whose sandbox was killed', async () => {
    const sandbox = await Sandbox.start({}, options());
    const events = sandbox.execStream(['sleep', '60']);
    expect(await events.next()).toMatchObject({ value: { type: 'start' } });
    const next = events.next().then(
      ({ value }) => value?.type,
      (error: unknown) => (error instanceof SandglassError ? error.code : error),
    );
    await sandbox.delete({ force: true });
    // Whoever is first: the end of the command by SIGTERM, or that of its sandbox.
    expect(['end', 'conflict']).toContain(await next);
  });

  it('measures a sandbox within a second of its start', async () => {
    const sandbox = await Sandbox.start({}, options());
    const latest = await eventually('a sample', async () => (await sandbox.metrics()).latest ?? undefined, 1_000);
    expect(latest).toMatchObject({
      cpu: { count: 1 },
      memory: { limitBytes: 512 << 20, source: expect.stringMatching(/^cgroup-v[12]$/) },
    });
    expect(latest.memory.usageBytes).toBeGreaterThan(1 << 20);
    expect((await sandbox.processes()).some(({ command }) => command.includes('agent.js'))).toBe(true);
  });
});

describe('files by the SDK', () => {
  it('are written, found, read, packed and removed', async () => {
    const { files } = await Sandbox.start({}, options());
    const entry = await files.write('notes/one.txt', 'hello', { mode: '640' });
    expect(entry).toMatchObject({ path: '/home/user/notes/one.txt', owner: 'user', mode: '0640', size: 5 });
    await files.write('notes/one.txt', ' world', { append: true });
    expect(await files.stat('notes/one.txt')).toMatchObject({ size: 11 });
    expect((await files.list('notes')).entries.map(({ name }) => name)).toEqual(['one.txt']);
    expect((await files.glob('**/*.txt')).entries).toHaveLength(1);
    expect((await files.grep('wor', { path: 'notes' })).matches).toHaveLength(1);
    await files.writeArchive('copy', await files.readArchive('notes'));
    expect(await files.readText('copy/one.txt')).toBe('hello world');
    await files.remove('notes');
    await expect(files.stat('notes')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are read after a stop, and hold up no restart while somebody reads them', async () => {
    const sandbox = await Sandbox.start({}, options());
    await sandbox.exec('head -c 268435456 /dev/zero > large; echo kept > small');
    await sandbox.stop();
    expect(await sandbox.files.readText('/home/user/small')).toBe('kept\n');
    const reader = (await sandbox.files.readStream('/home/user/large')).getReader();
    await reader.read();
    await sandbox.restart({ signal: AbortSignal.timeout(10_000) });
    await expect(drain(reader)).rejects.toThrow();
  });
});

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  while (!(await reader.read()).done);
}

describe('the idle timeout', () => {
  it('spares a sandbox whose command outlasts it, and heeds no looking', async () => {
    const sandbox = await Sandbox.start({ lifetime: { idleSeconds: 1 } }, options());
    const ended = await sandbox.exec('sleep 3; echo still here');
    expect(ended).toMatchObject({ exitCode: 0, stdout: 'still here\n' });
    const api = apiOf(service);
    await eventually('it idles out while it is looked at', async () => {
      await Promise.allSettled([sandbox.metrics(), sandbox.logs(), sandbox.execs(), sandbox.processes()]);
      return (await api('GET', `/v1/sandboxes/${sandbox.id}`)).body.reason?.code === 'idle';
    });
  });
});
