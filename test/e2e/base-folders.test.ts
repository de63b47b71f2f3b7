import { afterAll, beforeAll, expect, it } from 'vitest';
import { apiOf } from '../support/api.ts';
import { type Inside, startInside } from '../support/dataplane/inside.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const WRITABLE = ['/mnt/user-data/workspace', '/mnt/user-data/uploads', '/mnt/user-data/outputs'];
const READ_ONLY = ['/mnt/acp-workspace', '/mnt/skills'];

let service: ServiceProcess;
let inside: Inside;
beforeAll(async () => {
  service = await startService({ SANDGLASS_REDIS_URL: 'memory' });
  inside = await startInside(service);
});
afterAll(() => service?.dispose());

/** What each says to a write: ok or the kernel's words. */
async function touchedBy(user: 'root' | 'user'): Promise<readonly string[]> {
  const as = user === 'root' ? '' : 'setpriv --reuid=user --regid=user --init-groups ';
  const said: string[] = [];
  for (const folder of [...WRITABLE, ...READ_ONLY]) {
    const { exitCode, stderr } = await inside.run(`LC_ALL=C ${as}touch ${folder}/by-${user}`);
    said.push(exitCode === 0 ? 'ok' : (stderr.split(': ').at(-1)?.trim() ?? ''));
  }
  return said;
}

const EROFS = 'Read-only file system';
const AS_THEY_MUST = ['ok', 'ok', 'ok', EROFS, EROFS];

it('lets nobody write to the folders of whoever prepares a sandbox, root neither', async () => {
  expect(await touchedBy('user')).toEqual(AS_THEY_MUST);
  expect(await touchedBy('root')).toEqual(AS_THEY_MUST);
  expect((await inside.run('mount -o remount,rw /mnt/skills')).exitCode).not.toBe(0);
  expect((await inside.run('umount /mnt/skills')).exitCode).not.toBe(0);
});

it('is the same after a restart, and files of the stopped sandbox can be had', async () => {
  const api = apiOf(service);
  expect((await api('POST', `/v1/sandboxes/${inside.id}/stop`, { body: { graceSeconds: 1 } })).status).toBe(200);
  const outputs = await api('GET', `/v1/sandboxes/${inside.id}/files/list?path=/mnt/user-data/outputs`);
  expect(outputs.body.entries.map(({ name }: { name: string }) => name).sort()).toEqual(['by-root', 'by-user']);
  const mnt = await api('GET', `/v1/sandboxes/${inside.id}/files/list?path=/mnt`);
  expect(mnt.status, JSON.stringify(mnt.body)).toBe(200);
  expect((await api('POST', `/v1/sandboxes/${inside.id}/restart`)).status).toBe(200);
  expect(await touchedBy('root')).toEqual(AS_THEY_MUST);
});
