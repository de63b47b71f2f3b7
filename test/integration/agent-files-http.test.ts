import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileSignature } from '../../src/contract/file-signature.ts';
import { eventually } from '../support/api.ts';
import { type AgentUnderTest, jsonOf, startAgent } from '../unit/agent/filesystem/agent-under-test.ts';

let agent: AgentUnderTest;
const at = (name: string) => join(agent.folder, name);
const q = (values: Record<string, string>) => `?${new URLSearchParams(values)}`;
const upload = (path: string, body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}) =>
  agent.ask(`/files${q({ path })}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body,
  });

beforeAll(async () => {
  agent = await startAgent();
});
afterAll(async () => agent?.stop());

test('writes a file with its parents and reads the same bytes back', async () => {
  const bytes = Buffer.from([0, 1, 2, 255, 254, 10, 13]);
  const written = await upload(at('deep/down/file.bin'), bytes);
  expect([written.status, await written.json()]).toEqual([
    200,
    [{ name: 'file.bin', path: at('deep/down/file.bin'), type: 'file' }],
  ]);
  const read = await agent.ask(`/files${q({ path: at('deep/down/file.bin') })}`);
  expect(read.headers.get('content-length')).toBe('7');
  expect(Buffer.from(await read.arrayBuffer())).toEqual(bytes);
});

test('gives what it makes to the user that the URL names, parents too', async () => {
  const answer = await agent.ask(`/files${q({ path: at('owned/by/nobody.txt'), username: 'nobody' })}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: 'x',
  });
  expect(answer.status).toBe(200);
  for (const name of ['owned', 'owned/by', 'owned/by/nobody.txt']) expect(statSync(at(name)).uid).toBe(65534);
  expect(statSync(agent.folder).uid).toBe(0);
});

test('refuses a user that the sandbox does not have', async () => {
  const answer = await agent.ask(`/files${q({ path: at('x'), username: 'who' })}`);
  expect([answer.status, await answer.json()]).toEqual([401, { code: 401, message: "invalid username: 'who'" }]);
});

test('writes every file of a form, each named by its whole path', async () => {
  const form = new FormData();
  for (const name of ['one.txt', 'sub/two ü.txt', 'empty']) {
    form.append('file', new Blob([name === 'empty' ? '' : name]), at(`form/${name}`));
  }
  const answer = await agent.ask('/files', { method: 'POST', body: form });
  expect((await jsonOf(answer)).map(({ path }: { path: string }) => path)).toEqual([
    at('form/one.txt'),
    at('form/sub/two ü.txt'),
    at('form/empty'),
  ]);
  expect(readFileSync(at('form/sub/two ü.txt'), 'utf8')).toBe('sub/two ü.txt');
  expect(readFileSync(at('form/empty'), 'utf8')).toBe('');
});

test('refuses a form that names one path twice', async () => {
  const form = new FormData();
  form.append('file', new Blob(['1']), at('twice'));
  form.append('file', new Blob(['2']), at('twice'));
  expect((await agent.ask('/files', { method: 'POST', body: form })).status).toBe(400);
});

test('takes a gzip upload, and refuses one that is not gzip without leaving anything', async () => {
  expect((await upload(at('packed'), gzipSync('hello'), { 'content-encoding': 'gzip' })).status).toBe(200);
  expect(readFileSync(at('packed'), 'utf8')).toBe('hello');
  mkdirSync(at('broken'));
  const broken = await upload(at('broken/file'), 'no gzip at all', { 'content-encoding': 'gzip' });
  expect(broken.status).toBe(400);
  expect(readdirSync(at('broken'))).toEqual([]);
});

test('needs a path for an octet-stream', async () => {
  const answer = await agent.ask('/files', { method: 'POST', body: new Uint8Array(1) });
  expect([answer.status, await answer.json()]).toEqual([400, { code: 400, message: 'path is required' }]);
});

test('tells a missing file, a directory and a NUL apart', async () => {
  const missing = await agent.ask(`/files${q({ path: at('no') })}`);
  expect([missing.status, await missing.json()]).toEqual([
    404,
    { code: 404, message: `path '${at('no')}' does not exist` },
  ]);
  expect((await agent.ask(`/files${q({ path: agent.folder })}`)).status).toBe(400);
  expect((await agent.ask(`/files${q({ path: 'a\0b' })}`)).status).toBe(400);
  expect((await upload(agent.folder, 'x')).status).toBe(400);
});

test('keeps the mode of a file that it writes again, and writes through links', async () => {
  writeFileSync(at('script'), 'old');
  chmodSync(at('script'), 0o750);
  symlinkSync('script', at('to-script'));
  symlinkSync('not-yet', at('dangling'));
  expect((await upload(at('to-script'), 'new')).status).toBe(200);
  expect((await upload(at('dangling'), 'made')).status).toBe(200);
  expect(readFileSync(at('script'), 'utf8')).toBe('new');
  expect(statSync(at('script')).mode & 0o777).toBe(0o750);
  expect(lstatSync(at('to-script')).isSymbolicLink()).toBe(true);
  expect(readFileSync(at('not-yet'), 'utf8')).toBe('made');
});

test('never replaces a device', async () => {
  expect((await upload('/dev/null', 'into nothing')).status).toBe(200);
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('keeps metadata with the file, tells it everywhere, also after a restart, until the next upload', async () => {
  const path = at('meta/tagged');
  const written = await upload(path, 'x', { 'X-Metadata-Author': 'me', 'x-metadata-kind': 'a b' });
  const metadata = { author: 'me', kind: 'a b' };
  expect(await written.json()).toEqual([{ name: 'tagged', path, type: 'file', metadata }]);
  await agent.restart();
  expect((await agent.call('Stat', { path })).body).toMatchObject({ entry: { metadata } });
  expect((await agent.call('ListDir', { path: at('meta') })).body).toMatchObject({ entries: [{ metadata }] });
  await upload(path, 'y');
  expect((await agent.call('Stat', { path })).body['entry']).not.toHaveProperty('metadata');
});

test('refuses metadata that is not printable or too long', async () => {
  const tooLong = await upload(at('long'), 'x', { 'x-metadata-a': 'v'.repeat(4096) });
  expect([tooLong.status, existsSync(at('long'))]).toEqual([400, false]);
});

test('answers ranges, and tells what cannot be', async () => {
  writeFileSync(at('range'), '0123456789');
  const range = async (value: string) => {
    const answer = await agent.ask(`/files${q({ path: at('range') })}`, { headers: { range: value } });
    return [answer.status, answer.headers.get('content-range'), await answer.text()];
  };
  expect(await range('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234']);
  expect(await range('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789']);
  expect(await range('bytes=8-')).toEqual([206, 'bytes 8-9/10', '89']);
  expect(await range('bytes=10-')).toEqual([416, 'bytes */10', '']);
  const head = await agent.ask(`/files${q({ path: at('range') })}`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '10']);
});

test('a range of a large file is exactly its bytes', async () => {
  const bytes = Buffer.alloc(3_000_000, 'abcdefg');
  writeFileSync(at('large'), bytes);
  const answer = await agent.ask(`/files${q({ path: at('large') })}`, { headers: { range: 'bytes=1000001-2000000' } });
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(1_000_001, 2_000_001))).toBe(true);
});

test('reads files of /proc and /sys, whose sizes are untrue', async () => {
  const proc = await agent.ask(`/files${q({ path: '/proc/version' })}`);
  expect(await proc.text()).toBe(readFileSync('/proc/version', 'utf8'));
  const sys = await agent.ask(`/files${q({ path: '/sys/kernel/mm/transparent_hugepage/enabled' })}`);
  expect(await sys.text()).toContain('never');
});

test('is never encoded, whatever the client accepts', async () => {
  writeFileSync(at('plain'), 'a'.repeat(100_000));
  const answer = await agent.ask(`/files${q({ path: at('plain') })}`, {
    headers: { 'accept-encoding': 'gzip, deflate' },
  });
  expect(answer.headers.get('content-encoding')).toBe(null);
});

test('a reader never sees a part of a file that is written again and again', async () => {
  const path = at('atomic');
  const bodies = ['a', 'b'].map((letter) => letter.repeat(400_000));
  writeFileSync(path, bodies[0] ?? '');
  let isWriting = true;
  const writing = (async () => {
    for (let index = 0; index < 40; index++) await upload(path, bodies[index % 2] ?? '');
    isWriting = false;
  })();
  let looks = 0;
  while (isWriting) {
    expect(bodies).toContain(readFileSync(path, 'utf8'));
    looks++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writing;
  expect(looks).toBeGreaterThan(10);
});

test.each(['octet-stream', 'form'])('an %s upload that breaks off leaves nothing', async (kind) => {
  const folder = at(`broken-${kind}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'file'), 'as it was');
  const type = kind === 'form' ? 'multipart/form-data; boundary=xx' : 'application/octet-stream';
  const target = kind === 'form' ? '/files' : `/files${q({ path: join(folder, 'file') })}`;
  const sending = httpRequest(`${agent.url}${target}`, {
    method: 'POST',
    headers: { 'content-type': type, 'x-access-token': agent.accessToken },
  });
  sending.on('error', () => undefined);
  if (kind === 'form') {
    const name = join(folder, 'file');
    sending.write(`--xx\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`);
  }
  sending.write(Buffer.alloc(300_000));
  await eventually('its temporary file', async () => readdirSync(folder).length === 2);
  sending.destroy();
  await eventually('that it is removed', async () => readdirSync(folder).length === 1);
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('as it was');
});

test('lets go of a file when its reader leaves half-way', async () => {
  writeFileSync(at('half'), Buffer.alloc(20_000_000));
  const isOpen = () =>
    readdirSync(`/proc/${agent.pid}/fd`).some((fd) => {
      try {
        return readlinkSync(`/proc/${agent.pid}/fd/${fd}`) === at('half');
      } catch {
        return false;
      }
    });
  const reading = new AbortController();
  await agent.ask(`/files${q({ path: at('half') })}`, { signal: reading.signal });
  expect(isOpen()).toBe(true);
  reading.abort();
  await eventually('that it is closed', async () => !isOpen());
});

test('a signature opens a file for what it was made for, and nothing else', async () => {
  writeFileSync(at('signed'), 'secret');
  const soon = Math.floor(Date.now() / 1_000) + 60;
  const past = soon - 120;
  const sign = (operation: 'read' | 'write', user: string, expiresAtSeconds: number | null) =>
    fileSignature({ path: at('signed'), operation, user, expiresAtSeconds }, agent.accessToken);
  const get = async (values: Record<string, string>, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${agent.url}/files${q({ path: at('signed'), ...values })}`, { headers });
    return answer.status === 200 ? await answer.text() : [answer.status, (await jsonOf(answer)).message];
  };
  expect(await get({ signature: sign('read', '', null) })).toBe('secret');
  expect(await get({ signature: sign('read', 'root', null), username: 'root' })).toBe('secret');
  expect(await get({ signature: sign('read', '', soon), signature_expiration: `${soon}` })).toBe('secret');
  expect(await get({ signature: sign('read', '', past), signature_expiration: `${past}` })).toEqual([
    401,
    'signature is already expired',
  ]);
  expect(await get({ signature: sign('write', '', null) })).toEqual([401, 'invalid signature']);
  expect(await get({ signature: sign('read', '', past), signature_expiration: `${soon}` })).toEqual([
    401,
    'invalid signature',
  ]);
  expect(await get({})).toEqual([401, 'missing signature query parameter']);
  expect(await get({ signature: sign('read', '', null) }, { 'x-access-token': 'wrong' })).toEqual([
    401,
    'unauthorized access, please provide a valid access token or method signing if supported',
  ]);
});

test('another name of a file keeps the old bytes', async () => {
  writeFileSync(at('name'), 'old');
  linkSync(at('name'), at('other-name'));
  await upload(at('name'), 'new');
  expect([readFileSync(at('name'), 'utf8'), readFileSync(at('other-name'), 'utf8')]).toEqual(['new', 'old']);
});
