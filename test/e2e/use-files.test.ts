import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const MIB = 1024 * 1024;

let service: ServiceProcess;
let api: Api;
let id: string;
beforeAll(async () => {
  service = await startService();
  api = apiOf(service);
  id = (await api('POST', '/v1/sandboxes', { body: {} })).body.id;
});
afterAll(() => service?.dispose());

const pathOf = (what: string, query: Record<string, string>) =>
  `/v1/sandboxes/${id}/files${what}?${new URLSearchParams(query)}`;
const json = async (what: string, query: Record<string, string>) => {
  const answer = await api('GET', pathOf(what, query));
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};

function send(method: string, what: string, query: Record<string, string>, init: RequestInit = {}): Promise<Response> {
  const headers = { 'x-api-key': service.adminKey, ...Object.fromEntries(new Headers(init.headers)) };
  return fetch(service.url + pathOf(what, query), { ...init, method, headers });
}

async function write(path: string, body: string | Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) {
  const answer = await send('PUT', '', { path, ...more }, { body });
  expect(answer.status).toBe(200);
  return answer.json();
}

const read = async (path: string) => (await send('GET', '', { path })).text();
const run = async (command: string) =>
  (await api('POST', `/v1/sandboxes/${id}/exec`, { body: { command } })).body.stdout;

describe('a file of a real sandbox', () => {
  it('belongs to its user, below the home, with the mode it is given', async () => {
    const entry = await write('a/b/note.txt', 'hi', { mode: '750' });
    expect(entry).toMatchObject({
      path: '/home/user/a/b/note.txt',
      size: 2,
      mode: '0750',
      owner: 'user',
      type: 'file',
    });
    expect(await run('stat -c "%U %a %n" a a/b a/b/note.txt')).toMatch(/^user \d+ a\nuser \d+ a\/b\nuser 750 /);
    await write('/root/secret', 'of root', { user: 'root' });
    expect(await run('cat /root/secret || echo no')).toBe('no\n');
  });

  it.each([
    ['empty', new Uint8Array(0)],
    ['every byte', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
    ['3 MiB', new Uint8Array(randomBytes(3 * MIB))],
  ])('comes back as it was written: %s', async (_what, bytes) => {
    await write('/tmp/bytes', bytes);
    const answer = await send('GET', '', { path: '/tmp/bytes' });
    expect(answer.headers.get('content-length')).toBe(String(bytes.length));
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('is told by HEAD, and read in ranges', async () => {
    await write('/tmp/letters', 'abcdefghij');
    const told = await send('HEAD', '', { path: '/tmp/letters' });
    expect([told.status, told.headers.get('content-length')]).toEqual([200, '10']);
    expect(JSON.parse(decodeURIComponent(told.headers.get('x-sandglass-entry') ?? ''))).toMatchObject({ size: 10 });
    const part = async (range: string) => {
      const answer = await send('GET', '', { path: '/tmp/letters' }, { headers: { range } });
      return [answer.status, answer.headers.get('content-range'), answer.status === 206 ? await answer.text() : ''];
    };
    expect(await part('bytes=2-4')).toEqual([206, 'bytes 2-4/10', 'cde']);
    expect(await part('bytes=-3')).toEqual([206, 'bytes 7-9/10', 'hij']);
    expect((await part('bytes=10-'))[0]).toBe(416);
    expect((await send('HEAD', '', { path: '/tmp/nothing' })).status).toBe(404);
  });

  it('is as it was while it is written over, and after a writer that left', async () => {
    await write('/tmp/busy/kept', 'before');
    const left = request(service.url + pathOf('', { path: '/tmp/busy/kept' }), {
      method: 'PUT',
      headers: { 'x-api-key': service.adminKey, 'content-length': 50 * MIB },
    });
    left.on('error', () => undefined);
    left.write(Buffer.alloc(2 * MIB));
    await eventually('it is being written', async () => (await run('find /tmp/busy -size +1M')) !== '');
    expect(await read('/tmp/busy/kept')).toBe('before');
    left.destroy();
    await eventually('nothing else is left', async () => (await run('ls -A /tmp/busy')) === 'kept\n');
    expect(await read('/tmp/busy/kept')).toBe('before');
  });

  it('takes what many add to it, each in one piece', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `${String(i).repeat(3_000)}\n`);
    await Promise.all(lines.map((line) => write('/tmp/log', line, { append: 'true' })));
    expect((await read('/tmp/log')).split('\n').filter(Boolean).toSorted()).toEqual(
      lines.map((line) => line.trim()).toSorted(),
    );
  });

  it('of 256 MiB goes in and out', async () => {
    const chunk = new Uint8Array(randomBytes(MIB));
    const hash = createHash('sha256');
    for (let i = 0; i < 256; i++) hash.update(chunk);
    const body = Readable.toWeb(
      Readable.from(
        (function* () {
          for (let i = 0; i < 256; i++) yield chunk;
        })(),
      ),
    );
    const written = await send('PUT', '', { path: '/tmp/large' }, {
      body: body as ReadableStream,
      duplex: 'half',
    } as RequestInit);
    expect(await written.json()).toMatchObject({ size: 256 * MIB });
    const back = createHash('sha256');
    const answer = await send('GET', '', { path: '/tmp/large' });
    for await (const piece of answer.body ?? []) back.update(piece);
    expect(back.digest('hex')).toBe(hash.digest('hex'));
    expect((await send('DELETE', '', { path: '/tmp/large' })).status).toBe(204);
    expect((await send('DELETE', '', { path: '/tmp/large' })).status).toBe(404);
  });

  it.each([
    ['a path of nothing', { path: '' }, 400],
    ['NUL', { path: '/tmp/a\u0000b' }, 400],
    ['a parameter that is unknown', { path: '/tmp', deep: '1' }, 400],
    ['a folder', { path: '/tmp' }, 400],
    ['what is not there', { path: '/tmp/nothing' }, 404],
  ])('is not read when asked for by %s', async (_what, query, status) => {
    const answer = await api('GET', pathOf('', query));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
  });
});

describe('a folder of a real sandbox', () => {
  beforeAll(async () => {
    await run(
      'mkdir -p w/src/deep w/bin && cd w && echo "let Needle = 1" >src/a.ts && echo needle >src/deep/b.ts &&' +
        ' echo needle >notes.md && printf "needle\\0" >bin/tool && ln -s /etc/passwd link && seq 1500 | (cd bin; xargs touch)',
    );
  });

  it('is listed as deep as asked', async () => {
    const names = async (depth: string) =>
      (await json('/list', { path: 'w/src', depth })).entries.map(({ path }: { path: string }) => path);
    expect(await names('1')).toEqual(['/home/user/w/src/a.ts', '/home/user/w/src/deep']);
    expect(await names('2')).toContain('/home/user/w/src/deep/b.ts');
    const { entries } = await json('/list', { path: 'w' });
    expect(entries.find(({ name }: { name: string }) => name === 'link')).toMatchObject({
      ...{ type: 'symlink', symlinkTarget: '/etc/passwd' },
    });
    expect((await api('GET', pathOf('/list', { path: 'w', depth: '11' }))).status).toBe(400);
  });

  it('is searched by name', async () => {
    const found = await json('/glob', { path: 'w', pattern: '**/*.ts' });
    expect(found.entries.map(({ name }: { name: string }) => name).toSorted()).toEqual(['a.ts', 'b.ts']);
    expect(found.truncated).toBe(false);
    const cut = await json('/glob', { path: 'w/bin', pattern: '*', limit: '1000' });
    expect([cut.entries.length, cut.truncated]).toEqual([1000, true]);
  });

  it('is searched by content, without binaries and what links lead to', async () => {
    const paths = async (query: Record<string, string>) =>
      (await json('/grep', { path: 'w', ...query })).matches.map(({ path }: { path: string }) =>
        path.split('/').at(-1),
      );
    expect((await paths({ pattern: 'needle' })).toSorted()).toEqual(['b.ts', 'notes.md']);
    expect((await paths({ pattern: 'needle', caseSensitive: 'false' })).toSorted()).toEqual([
      'a.ts',
      'b.ts',
      'notes.md',
    ]);
    expect(await paths({ pattern: 'n.edle', literal: 'true' })).toEqual([]);
    expect(await paths({ pattern: 'needle', glob: '*.md' })).toEqual(['notes.md']);
    expect(await paths({ pattern: 'root:' })).toEqual([]);
    expect((await json('/grep', { path: 'w', pattern: 'needle', limit: '1' })).truncated).toBe(true);
    expect((await api('GET', pathOf('/grep', { path: 'w', pattern: '(' }))).status).toBe(400);
  });

  it('goes out as tar, and into another one', async () => {
    const out = await send('GET', '/archive', { path: 'w/src' });
    expect(out.headers.get('content-type')).toBe('application/x-tar');
    const tar = new Uint8Array(await out.arrayBuffer());
    const into = await send('PUT', '/archive', { path: '/tmp/again' }, { body: tar });
    expect([into.status, await run('cat /tmp/again/deep/b.ts; stat -c %U /tmp/again/deep/b.ts')]).toEqual([
      200,
      'needle\nuser\n',
    ]);
  });

  it('is removed with all that is in it, and nothing that links lead to', async () => {
    expect((await send('DELETE', '', { path: 'w' })).status).toBe(204);
    expect(await run('ls; test -s /etc/passwd && echo whole')).toBe('a\nwhole\n');
  });
});
