import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgentUnderTest, jsonOf, startAgent } from '../unit/agent/filesystem/agent-under-test.ts';

let agent: AgentUnderTest;
const at = (name: string) => join(agent.folder, name);
const asNobody = { authorization: `Basic ${Buffer.from('nobody:').toString('base64')}` };

beforeAll(async () => {
  agent = await startAgent();
});
afterAll(async () => agent?.stop());

test('tells all of an entry', async () => {
  writeFileSync(at('file'), 'four');
  chmodSync(at('file'), 0o640);
  const { body } = await agent.call('Stat', { path: at('file') });
  expect(body['entry']).toMatchObject({
    name: 'file',
    type: 'FILE_TYPE_FILE',
    path: at('file'),
    size: '4',
    mode: 0o640,
    permissions: '-rw-r-----',
    owner: 'root',
    group: 'root',
    modifiedTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(\d{3}){1,3})?Z$/),
  });
});

test('a link has the type, the mode and the place of what it leads to; a dangling one has no type', async () => {
  mkdirSync(at('target'), { mode: 0o750 });
  symlinkSync('target', at('link'));
  symlinkSync('nowhere', at('dangling'));
  expect((await agent.call('Stat', { path: at('link') })).body['entry']).toMatchObject({
    type: 'FILE_TYPE_DIRECTORY',
    mode: 0o750,
    symlinkTarget: at('target'),
    permissions: 'Lrwxrwxrwx',
  });
  const { entry } = (await agent.call('Stat', { path: at('dangling') })).body;
  expect(entry).toMatchObject({ name: 'dangling', symlinkTarget: at('nowhere') });
  expect(entry).not.toHaveProperty('type');
});

test('says what is missing, in the words of envd', async () => {
  const path = at('missing');
  for (const [method, body] of [
    ['Stat', { path }],
    ['ListDir', { path }],
    ['Move', { source: path, destination: at('x') }],
  ] as const) {
    const answer = await agent.call(method, body);
    expect([method, answer.status, answer.body]).toEqual([
      method,
      404,
      { code: 'not_found', message: `path '${path}' does not exist` },
    ]);
  }
});

test('lists depth-first and lexical, with paths below the path that was asked for', async () => {
  for (const folder of ['list/b/inner', 'list/a']) mkdirSync(at(folder), { recursive: true });
  for (const file of ['list/b/inner/deep', 'list/c', 'list/B', 'list/a/1']) writeFileSync(at(file), '');
  symlinkSync('list', at('list-link'));
  const pathsOf = async (path: string, depth: number) =>
    ((await agent.call('ListDir', { path, depth })).body['entries'] as { path: string }[]).map((entry) => entry.path);
  expect(await pathsOf(at('list'), 2)).toEqual(['B', 'a', 'a/1', 'b', 'b/inner', 'c'].map((one) => at(`list/${one}`)));
  expect(await pathsOf(at('list-link'), 1)).toEqual(['B', 'a', 'b', 'c'].map((one) => at(`list-link/${one}`)));
  expect((await agent.call('ListDir', { path: at('list/c') })).body).toMatchObject({ code: 'invalid_argument' });
});

test('makes a directory with its parents for its user once, then says that it is there', async () => {
  const make = () =>
    agent.ask('/filesystem.Filesystem/MakeDir', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...asNobody },
      body: JSON.stringify({ path: at('made/by/nobody') }),
    });
  expect((await make()).status).toBe(200);
  expect([statSync(at('made')).uid, statSync(at('made/by/nobody')).uid]).toEqual([65534, 65534]);
  const again = await make();
  expect([again.status, (await jsonOf(again)).code]).toEqual([409, 'already_exists']);
  writeFileSync(at('is-file'), '');
  expect((await agent.call('MakeDir', { path: at('is-file') })).body).toMatchObject({ code: 'invalid_argument' });
});

test('moves over what is there and makes the parents, and also to another file system', async () => {
  writeFileSync(at('from'), 'bytes');
  const { body } = await agent.call('Move', { source: at('from'), destination: at('new/parents/to') });
  expect(body['entry']).toMatchObject({ path: at('new/parents/to'), size: '5' });
  const away = `/dev/shm/sandglass-${process.pid}`;
  await agent.call('Move', { source: at('new'), destination: away });
  expect(readFileSync(`${away}/parents/to`, 'utf8')).toBe('bytes');
  expect(lstatSync(at('new'), { throwIfNoEntry: false })).toBe(undefined);
  await agent.call('Remove', { path: away });
});

test('removes trees, never what a link leads to, and is content with what is gone', async () => {
  mkdirSync(at('tree/sub'), { recursive: true });
  writeFileSync(at('kept'), 'kept');
  symlinkSync(at('kept'), at('tree/link'));
  expect((await agent.call('Remove', { path: at('tree') })).status).toBe(200);
  expect(lstatSync(at('tree'), { throwIfNoEntry: false })).toBe(undefined);
  expect(readFileSync(at('kept'), 'utf8')).toBe('kept');
  expect((await agent.call('Remove', { path: at('tree') })).status).toBe(200);
});

test('refuses a NUL in a path', async () => {
  expect((await agent.call('Stat', { path: 'a\0b' })).body).toMatchObject({ code: 'invalid_argument' });
});

test('reads a relative path, and ~, from the home of the user', async () => {
  expect((await agent.call('Stat', { path: '~' })).body['entry']).toMatchObject({ path: '/root' });
  expect((await agent.call('Stat', { path: '../etc' })).body['entry']).toMatchObject({ path: '/etc' });
});

test('lists 10,000 entries in the memory of an agent, and refuses more than fit', async () => {
  mkdirSync(at('many'));
  for (let index = 0; index < 10_000; index++) writeFileSync(at(`many/${index}`), '');
  const { body } = await agent.call('ListDir', { path: at('many') });
  expect(body['entries']).toHaveLength(10_000);
  for (let index = 10_000; index < 20_001; index++) writeFileSync(at(`many/${index}`), '');
  expect((await agent.call('ListDir', { path: at('many') })).body).toMatchObject({ code: 'resource_exhausted' });
});
