import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agentPaths } from '../../src/contract/agent.ts';
import { type AgentUnderTest, jsonOf, startAgent } from '../unit/agent/filesystem/agent-under-test.ts';

let agent: AgentUnderTest;
const at = (name: string) => join(agent.folder, name);
const own = (call: string, query: Record<string, string>, init: RequestInit = {}) =>
  agent.ask(`${agentPaths.files}${call}?${new URLSearchParams(query)}`, init);
const json = async (call: string, query: Record<string, string>) => jsonOf(await own(call, query));

beforeAll(async () => {
  agent = await startAgent();
});
afterAll(async () => agent?.stop());

test('writes with a mode and a user, reads, stats and removes', async () => {
  const written = await own('', { path: at('a/file'), mode: '600', user: 'nobody' }, { method: 'PUT', body: 'hello' });
  expect(await written.json()).toMatchObject({ name: 'file', type: 'file', size: 5, mode: '0600', owner: 'nobody' });
  expect(await (await own('', { path: at('a/file') })).text()).toBe('hello');
  const head = await own('', { path: at('a/file') }, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '5']);
  expect(JSON.parse(decodeURIComponent(head.headers.get('x-sandglass-entry') ?? ''))).toMatchObject({ size: 5 });
  expect((await own('', { path: at('a') }, { method: 'DELETE' })).status).toBe(204);
  expect((await own('', { path: at('a') }, { method: 'DELETE' })).status).toBe(404);
  expect((await own('', { path: at('a') }, { method: 'HEAD' })).status).toBe(404);
});

test('appends at once never mix', async () => {
  const lines = Array.from({ length: 40 }, (_, index) => `${String(index % 10).repeat(20_000)}\n`);
  await Promise.all(lines.map((line) => own('', { path: at('log'), append: 'true' }, { method: 'PUT', body: line })));
  const found = readFileSync(at('log'), 'utf8').split('\n').slice(0, -1);
  expect(found.sort()).toEqual(lines.map((line) => line.trim()).sort());
});

test('refuses parameters that make no sense', async () => {
  writeFileSync(at('x'), '');
  for (const [call, query] of [
    ['/list', { path: agent.folder, depth: '11' }],
    ['/glob', { path: agent.folder, pattern: '*', limit: '1001' }],
    ['/glob', { path: agent.folder }],
    ['/grep', { path: agent.folder, pattern: '(' }],
    ['', {}],
  ] as const) {
    expect([call, (await own(call, query)).status]).toEqual([call, 400]);
  }
});

test('lists and globs in order, and says when it was cut', async () => {
  for (const name of ['tree/b.ts', 'tree/a/x.ts', 'tree/a/deep/y.ts', 'tree/c.md']) {
    mkdirSync(join(at(name), '..'), { recursive: true });
    writeFileSync(at(name), '');
  }
  symlinkSync('a', at('tree/link'));
  const names = ({ entries }: { entries: { path: string }[] }) =>
    entries.map(({ path }) => path.slice(at('tree/').length));
  expect(names(await json('/list', { path: at('tree'), depth: '2' }))).toEqual([
    'a',
    'a/deep',
    'a/x.ts',
    'b.ts',
    'c.md',
    'link',
  ]);
  expect(names(await json('/glob', { path: at('tree'), pattern: '**/*.ts' }))).toEqual([
    'a/deep/y.ts',
    'a/x.ts',
    'b.ts',
  ]);
  const cut = await json('/glob', { path: at('tree'), pattern: '**/*.ts', limit: '2' });
  expect([names(cut).length, cut.truncated]).toEqual([2, true]);
  const [link] = (await json('/glob', { path: at('tree'), pattern: 'link' })).entries;
  expect(link).toMatchObject({ type: 'symlink', symlinkTarget: 'a' });
});

test('greps lines, passing over what is large, binary or a link', async () => {
  mkdirSync(at('grep/sub'), { recursive: true });
  writeFileSync(at('grep/one.txt'), 'first\r\nNeedle (x)\nlast needle');
  writeFileSync(at('grep/sub/two.md'), 'a needle too');
  writeFileSync(at('grep/binary'), 'needle\0');
  writeFileSync(at('grep/large'), `needle${' '.repeat(1024 * 1024)}`);
  symlinkSync('one.txt', at('grep/link'));
  const lines = async (query: Record<string, string>) =>
    (await json('/grep', { path: at('grep'), ...query })).matches.map(
      ({ path, line, text }: { path: string; line: number; text: string }) =>
        `${path.slice(at('grep/').length)}:${line}:${text}`,
    );
  expect(await lines({ pattern: 'needle' })).toEqual(['one.txt:3:last needle', 'sub/two.md:1:a needle too']);
  expect(await lines({ pattern: 'needle', caseSensitive: 'false', glob: '*.txt' })).toEqual([
    'one.txt:2:Needle (x)',
    'one.txt:3:last needle',
  ]);
  expect(await lines({ pattern: '(x)', literal: 'true' })).toEqual(['one.txt:2:Needle (x)']);
  const cut = await json('/grep', { path: at('grep'), pattern: 'needle', limit: '1' });
  expect([cut.matches.length, cut.truncated]).toEqual([1, true]);
});

test('a pattern that never ends stops nothing but its own search', { timeout: 30_000 }, async () => {
  mkdirSync(at('redos'));
  writeFileSync(at('redos/a'), `${'a'.repeat(60)}b`);
  const searching = json('/grep', { path: at('redos'), pattern: '^(a+)+$' });
  const startedAt = performance.now();
  for (let index = 0; index < 20; index++) await agent.ask('/health');
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(await searching).toEqual({ matches: [], truncated: true, timedOut: true });
});

const putArchive = async (
  folder: string,
  entries: (Partial<Header> & { name: string; body?: string })[],
  query = {},
) => {
  const archive = pack();
  for (const { body, ...header } of entries) archive.entry(header, body ?? '');
  archive.finalize();
  const bytes = await buffer(archive);
  return own('/archive', { path: at(folder), ...query }, { method: 'PUT', body: new Uint8Array(bytes) });
};

test('unpacks what it packed: files, modes, links, hard links, empty directories', async () => {
  const put = await putArchive(
    'in',
    [
      { name: 'dir/', type: 'directory', mode: 0o750 },
      { name: './dir/run', mode: 0o4755, body: 'run me' },
      { name: 'dir/link', type: 'symlink', linkname: '../file' },
      { name: 'file', body: 'bytes' },
      { name: 'hard', type: 'link', linkname: 'file' },
      { name: 'implied/parent/x', body: '' },
    ],
    { user: 'nobody' },
  );
  expect(await put.json()).toEqual({ entries: 6, bytes: 11 });
  expect([statSync(at('in/dir')).mode & 0o7777, statSync(at('in/dir/run')).mode & 0o7777]).toEqual([0o750, 0o755]);
  expect(statSync(at('in/hard')).ino).toBe(statSync(at('in/file')).ino);
  for (const name of ['in', 'in/dir', 'in/dir/run', 'in/implied', 'in/hard'])
    expect(statSync(at(name)).uid).toBe(65534);
  const tar = await own('/archive', { path: at('in') });
  const again = await own('/archive', { path: at('copy') }, { method: 'PUT', body: await tar.arrayBuffer() });
  expect(again.status).toBe(200);
  expect(readFileSync(at('copy/hard'), 'utf8')).toBe('bytes');
  expect(readlinkSync(at('copy/dir/link'))).toBe('../file');
});

test.each([
  ['an absolute name', [{ name: '/etc/evil', body: 'x' }]],
  ['a name that climbs', [{ name: 'a/../../evil', body: 'x' }]],
  ['a link to an absolute path', [{ name: 'l', type: 'symlink', linkname: '/etc' }]],
  ['a link that climbs out', [{ name: 'd/l', type: 'symlink', linkname: '../../evil' }]],
  [
    'a link that climbs by way of a link',
    [
      { name: 'a', type: 'symlink', linkname: '.' },
      { name: 'b', type: 'symlink', linkname: 'a/../..' },
    ],
  ],
  [
    'a file below a link',
    [
      { name: 'a', type: 'symlink', linkname: '.' },
      { name: 'a/evil', body: 'x' },
    ],
  ],
  ['a hard link to what is outside', [{ name: 'h', type: 'link', linkname: '../secret' }]],
  [
    'a hard link to a link',
    [
      { name: 's', type: 'symlink', linkname: 'f' },
      { name: 'h', type: 'link', linkname: 's' },
    ],
  ],
  ['a device', [{ name: 'null', type: 'character-device', devmajor: 1, devminor: 3 }]],
  ['a pipe', [{ name: 'p', type: 'fifo' }]],
] as [string, Parameters<typeof putArchive>[1]][])('refuses %s', async (_, entries) => {
  writeFileSync(at('secret'), 'secret');
  mkdirSync(at('tricks'), { recursive: true });
  const answer = await putArchive('tricks', entries);
  expect(answer.status).toBe(400);
  expect((await jsonOf(answer)).message).toContain('The archive is refused');
  expect(existsSync(at('evil'))).toBe(false);
  await agent.call('Remove', { path: at('tricks') });
});

test('a link that was there before is replaced, never written through', async () => {
  mkdirSync(at('linked'));
  writeFileSync(at('outside'), 'as it was');
  symlinkSync(at('outside'), at('linked/file'));
  await putArchive('linked', [{ name: 'file', body: 'new' }]);
  expect([lstatSync(at('linked/file')).isFile(), readFileSync(at('outside'), 'utf8')]).toEqual([true, 'as it was']);
});

test('refuses what is no archive, and packs nothing that is missing', async () => {
  const junk = await own('/archive', { path: at('junk') }, { method: 'PUT', body: 'x'.repeat(2_000) });
  expect(junk.status).toBe(400);
  expect((await own('/archive', { path: at('nothing') })).status).toBe(404);
});
