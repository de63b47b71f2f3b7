import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Inside, startInside } from '../support/dataplane/inside.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const WORD = `sentinel-${randomBytes(8).toString('hex')}`;

let service: ServiceProcess;
let own: Inside;
/** A folder of the host that no sandbox has, with a file of one word in it. */
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandglass-host-'));
  writeFileSync(join(folder, 'word'), WORD);
  service = await startService();
  own = await startInside(service);
  await own.ask(
    'mkdir -p /tmp/links && cd /tmp/links && ln -s / root && ln -s /proc/1/root init && ln -s /proc/self/cwd cwd',
  );
  await own.ask('cd /tmp/links && ln -s ../../../../../../.. up && ln -s loop loop');
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await service?.dispose();
});

const ROOT = { authorization: `Basic ${Buffer.from('root:').toString('base64')}` };

/** Ways that would lead to a path of the host, if one did. */
const ways: readonly (readonly [name: string, path: (target: string) => string])[] = [
  ['straight', (target) => target],
  ['many steps up', (target) => `${'../'.repeat(40)}${target.slice(1)}`],
  ['steps up from a folder', (target) => `/home/user/${'../'.repeat(40)}${target.slice(1)}`],
  ['the root of process 1', (target) => `/proc/1/root${target}`],
  ['the root of the agent', (target) => `/proc/self/root${target}`],
  ['a link to the root', (target) => `/tmp/links/root${target}`],
  ['a link to the root of process 1', (target) => `/tmp/links/init${target}`],
  ['a link to a folder of a process', (target) => `/tmp/links/cwd${target}`],
  ['a link many steps up', (target) => `/tmp/links/up${target}`],
  ['an open file of the agent', (target) => `/proc/self/fd/0/${target}`],
  ['backslashes', (target) => `..\\..\\..${target.replaceAll('/', '\\')}`],
  ['a double slash', (target) => `/${target}`],
  ['an encoded way', (target) => target.replaceAll('/', '%2f')],
  ['a home of nobody', (target) => `~/../..${target}`],
];

const query = (path: string) => `path=${encodeURIComponent(path)}&username=root`;

async function rpc(method: string, message: object) {
  const answer = await own.fetch(`/filesystem.Filesystem/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...ROOT },
    body: JSON.stringify(message),
  });
  return { status: answer.status, text: await answer.text() };
}

/** What was written lies inside, and in the way of the next try. */
const removeTraces = () => own.ask("find / -xdev -depth -name '*sandglass-host-*' -exec rm -rf {} +");

/** The same through our own API. */
function ownApi(method: string, call: string, path: string, body?: string) {
  const url = `${service.url}/v1/sandboxes/${own.id}/files${call}path=${encodeURIComponent(path)}`;
  return fetch(url, {
    method,
    headers: { 'x-api-key': service.adminKey },
    ...(body === undefined ? {} : { body }),
  }).then(async (answer) => ({ status: answer.status, text: await answer.text() }));
}

describe.each(ways)('a path of the host, by %s', (_name, way) => {
  const word = () => way(join(folder, 'word'));

  it('is read by no call of our own API', async () => {
    for (const [call, path] of [
      ['?', word()],
      ['/list?depth=2&', way(folder)],
      ['/glob?pattern=*&', way(folder)],
      ['/grep?pattern=sentinel&', way(folder)],
      ['/archive?', way(folder)],
    ] as const) {
      const { status, text } = await ownApi('GET', call, path);
      expect(text, call).not.toContain(WORD);
      expect([400, 404], `${call} ${text}`).toContain(status);
    }
  });

  it('is changed by no call of our own API', async () => {
    await ownApi('PUT', '?', way(join(folder, 'upload')), 'x');
    await ownApi('PUT', '?append=true&', word(), 'x');
    await ownApi('PUT', '?mode=0777&user=root&', word(), 'x');
    await ownApi('DELETE', '?', word());
    await ownApi('DELETE', '?', way(folder));
    expect(readdirSync(folder)).toEqual(['word']);
    expect(readFileSync(join(folder, 'word'), 'utf8')).toBe(WORD);
    await removeTraces();
  });

  it('is read by no call', async () => {
    const read = await own.fetch(`/files?${query(word())}`);
    const text = await read.text();
    expect([400, 404]).toContain(read.status);
    expect(text).not.toContain(WORD);
    const stat = await rpc('Stat', { path: word() });
    expect(stat.status, stat.text).not.toBe(200);
    const list = await rpc('ListDir', { path: way(folder), depth: 2 });
    expect(list.status, list.text).not.toBe(200);
    const watch = await rpc('CreateWatcher', { path: way(folder), recursive: true });
    expect(watch.status, watch.text).not.toBe(200);
  });

  it('is changed by no call', async () => {
    await own.fetch(`/files?${query(way(join(folder, 'upload')))}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: 'x',
    });
    await rpc('MakeDir', { path: way(join(folder, 'made')) });
    await rpc('Move', { source: '/etc/hostname', destination: way(join(folder, 'moved')) });
    await rpc('Move', { source: word(), destination: '/tmp/moved' });
    await rpc('Remove', { path: word() });
    await rpc('Remove', { path: way(folder) });
    expect(readdirSync(folder)).toEqual(['word']);
    await removeTraces();
  });
});

describe('a link inside', () => {
  it('leads to files of the sandbox: what was tried above was really tried', async () => {
    await own.ask(`mkdir -p ${folder} && echo inside > ${folder}/word`);
    try {
      const found = new Map<string, string>();
      for (const [name, way] of ways) {
        const answer = await own.fetch(`/files?${query(way(join(folder, 'word')))}`);
        if (answer.ok) found.set(name, (await answer.text()).trim());
      }
      expect(new Set(found.values())).toEqual(new Set(['inside']));
      expect([...found.keys()]).toEqual(
        expect.arrayContaining([
          'straight',
          'many steps up',
          'the root of process 1',
          'a link to the root',
          'a double slash',
        ]),
      );
    } finally {
      await own.ask(`rm -rf ${folder}`);
    }
  });

  it('that leads to itself is an error, and the sandbox goes on', async () => {
    const read = await own.fetch(`/files?${query('/tmp/links/loop')}`);
    expect(read.status).toBeGreaterThanOrEqual(400);
    await read.text();
    expect(await own.ask('echo on')).toBe('on');
  });
});

describe('a path with a NUL', () => {
  it('is refused by each call', async () => {
    const path = '/etc/passwd\0.txt';
    const read = await own.fetch(`/files?${query(path)}`);
    expect(read.status, await read.text()).toBe(400);
    const write = await own.fetch(`/files?${query(path)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: 'x',
    });
    expect(write.status, await write.text()).toBe(400);
    for (const method of ['Stat', 'ListDir', 'MakeDir', 'Remove', 'CreateWatcher']) {
      expect((await rpc(method, { path })).status, method).toBe(400);
    }
    expect((await rpc('Move', { source: path, destination: '/tmp/x' })).status).toBe(400);
  });
});

describe('the agent’s own folder', () => {
  it('is written by no call', async () => {
    const write = await own.fetch(`/files?${query('/opt/sandglass/agent.js')}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: 'x',
    });
    expect(write.status, await write.text()).toBeGreaterThanOrEqual(400);
    for (const [method, message] of [
      ['Remove', { path: '/opt/sandglass/agent.js' }],
      ['MakeDir', { path: '/opt/sandglass/x' }],
      ['Move', { source: '/opt/sandglass', destination: '/opt/other' }],
    ] as const) {
      expect((await rpc(method, message)).status, method).toBeGreaterThanOrEqual(400);
    }
    expect(await own.ask('head -c 4 /opt/sandglass/agent.js | wc -c')).toBe('4');
    expect(existsSync(folder)).toBe(true);
  });
});
