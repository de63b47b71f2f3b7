import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/api.ts';
import { type BoxedAgent, startBoxedAgent } from '../unit/agent/filesystem/agent-under-test.ts';

let box: BoxedAgent;
const docker = promisify(execFile);
const stat = async (path: string) =>
  (await (await box.ask('/filesystem.Filesystem/Stat', json({ path }))).json()) as { entry?: object };
const json = (body: object) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const upload = (path: string, body: string, headers: Record<string, string> = {}) =>
  box.ask(`/files?${new URLSearchParams({ path })}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body,
  });

/** One has nothing in it but busybox: no libc, no tools for attributes. */
describe.each(['sandglass-busybox:latest', 'sandglass-base:latest'])('in %s', (image) => {
  beforeAll(async () => {
    box = await startBoxedAgent(image);
  });
  afterAll(async () => box?.stop());

  test('keeps metadata in an image that has no tools for it', async () => {
    expect((await upload('/srv/a', 'x', { 'x-metadata-who': 'me' })).status).toBe(200);
    expect(await stat('/srv/a')).toMatchObject({ entry: { metadata: { who: 'me' } } });
  });

  test('writes a file that the engine mounted by itself in its place', async () => {
    expect((await upload('/etc/hosts', '127.0.0.1 localhost\n')).status).toBe(200);
    const { stdout } = await docker('docker', ['exec', box.name, 'cat', '/etc/hosts']);
    expect(stdout).toBe('127.0.0.1 localhost\n');
  });

  test('tells the watcher what another process does', async () => {
    const { watcherId } = (await (
      await box.ask('/filesystem.Filesystem/CreateWatcher', json({ path: '/srv', recursive: true }))
    ).json()) as { watcherId: string };
    await docker('docker', ['exec', box.name, 'sh', '-c', 'mkdir -p /srv/d/e && echo x > /srv/d/e/f']);
    const told: string[] = [];
    // The agent may hear of the last ones after this has asked: what is told once is not told again.
    await eventually('all are told', async () => {
      const answer = await box.ask('/filesystem.Filesystem/GetWatcherEvents', json({ watcherId }));
      const { events = [] } = (await answer.json()) as { events?: { name: string }[] };
      told.push(...events.map(({ name }) => name));
      return ['d', 'd/e', 'd/e/f'].every((name) => told.includes(name));
    });
  });

  test('finds lines without grep', async () => {
    await upload('/srv/text', 'one\ntwo\n');
    const answer = await box.ask('/sandglass/files/grep?path=/srv&pattern=^t');
    expect(await answer.json()).toMatchObject({ matches: [{ path: '/srv/text', line: 2, text: 'two' }] });
  });

  test('says that the disk is full, and leaves nothing on it', async () => {
    await upload('/small/kept', 'kept');
    for (const body of ['x'.repeat(2 * 1024 * 1024), 'x'.repeat(40 * 1024 * 1024)]) {
      const answer = await upload('/small/large', body);
      expect([answer.status, await answer.json()]).toEqual([
        507,
        { code: 507, message: 'not enough disk space available' },
      ]);
    }
    const form = new FormData();
    form.append('file', new Blob(['x'.repeat(8 * 1024 * 1024)]), '/small/large');
    expect((await box.ask('/files', { method: 'POST', body: form })).status).toBe(507);
    const { stdout } = await docker('docker', ['exec', box.name, 'ls', '-A', '/small']);
    expect(stdout).toBe('kept\n');
  });
});
