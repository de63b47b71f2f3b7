import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileEntrySchema, fileListSchema, fileMatchesSchema } from '../../../src/contract/files.ts';
import { type UseService, useService } from '../../support/use-service.ts';

let service: UseService;
let folder: string;
beforeAll(async () => {
  service = await useService();
  folder = mkdtempSync(join(tmpdir(), 'sandglass-use-'));
}, 30_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await service.close();
});

async function files(id: string, query: Record<string, string>, init: RequestInit & { what?: string } = {}) {
  const { what = '', method = 'GET', ...rest } = init;
  return service.alice.send(method, `/v1/sandboxes/${id}/files${what}?${new URLSearchParams(query)}`, rest);
}

describe('files of a sandbox that runs', () => {
  it('are written whole with the folders above, told, read, ranged and removed', async () => {
    const { id } = await service.alice.start();
    const path = join(folder, 'a/b/c.txt');
    const written = await files(id, { path, mode: '600' }, { method: 'PUT', body: 'hello world' });
    expect(fileEntrySchema.parse(await written.json())).toMatchObject({ path, size: 11, mode: '0600', type: 'file' });
    expect(await (await files(id, { path })).text()).toBe('hello world');
    const part = await files(id, { path }, { headers: { range: 'bytes=6-' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 6-10/11',
      'world',
    ]);
    const beyond = await files(id, { path }, { headers: { range: 'bytes=11-' } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */11']);
    const head = await files(id, { path }, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe('11');
    expect(JSON.parse(decodeURIComponent(head.headers.get('x-sandglass-entry') ?? ''))).toMatchObject({
      path,
      size: 11,
    });
    await files(id, { path, append: 'true' }, { method: 'PUT', body: '!' });
    expect(await (await files(id, { path })).text()).toBe('hello world!');
    expect((await files(id, { path }, { method: 'DELETE' })).status).toBe(204);
    const gone = await files(id, { path });
    expect([gone.status, await gone.json()]).toMatchObject([404, { code: 'not_found', resource: 'file' }]);
  });

  it('are listed, found by name and by content', async () => {
    const { id } = await service.alice.start();
    const root = join(folder, 'search');
    await files(id, { path: join(root, 'x/one.ts') }, { method: 'PUT', body: 'const a = 1;\n' });
    const listed = fileListSchema.parse(await (await files(id, { path: root, depth: '2' }, { what: '/list' })).json());
    expect(listed.entries.map(({ path }) => path)).toEqual([join(root, 'x'), join(root, 'x/one.ts')]);
    const found = await files(id, { path: root, pattern: '**/*.ts' }, { what: '/glob' });
    expect(fileListSchema.parse(await found.json()).entries).toHaveLength(1);
    const matched = await files(id, { path: root, pattern: 'CONST', caseSensitive: 'false' }, { what: '/grep' });
    expect(fileMatchesSchema.parse(await matched.json()).matches).toMatchObject([{ line: 1, text: 'const a = 1;' }]);
  });

  it('go out and in as tar', async () => {
    const { id } = await service.alice.start();
    await files(id, { path: join(folder, 'from/deep/f') }, { method: 'PUT', body: 'packed' });
    const tar = await (await files(id, { path: join(folder, 'from') }, { what: '/archive' })).arrayBuffer();
    const unpacked = await files(id, { path: join(folder, 'to') }, { what: '/archive', method: 'PUT', body: tar });
    expect(await unpacked.json()).toEqual({ entries: 2, bytes: 6 });
    expect(await (await files(id, { path: join(folder, 'to/deep/f') })).text()).toBe('packed');
  });

  it('pass 16 MiB unchanged both ways', async () => {
    const { id } = await service.alice.start();
    const path = join(folder, 'large');
    const bytes = Buffer.alloc(16 << 20, 'sandglass');
    expect((await files(id, { path }, { method: 'PUT', body: bytes })).status).toBe(200);
    const back = Buffer.from(await (await files(id, { path })).arrayBuffer());
    expect(back.equals(bytes)).toBe(true);
  });

  it.each([
    ['no path', '', {}],
    ['a NUL', '', { path: 'a\0b' }],
    ['an unknown parameter', '', { path: '/x', follow: 'true' }],
    ['a depth of 11', '/list', { path: '/', depth: '11' }],
    ['no pattern', '/glob', { path: '/' }],
    ['a mode that is none', '', { path: '/x', mode: '9' }],
  ])('are not asked for with %s', async (_what, what, query) => {
    const { id } = await service.alice.start();
    expect((await files(id, query, { what })).status).toBe(400);
  });
});

describe('files of a stopped sandbox', () => {
  async function stopped(): Promise<string> {
    const { id } = await service.alice.start();
    service.control.putFile(id, '/mnt/user-data/outputs/report.txt', 'an artifact');
    service.control.putFile(id, '/etc/passwd', 'root:x:0:0::/root:/bin/sh\n');
    await service.alice.post(`/v1/sandboxes/${id}/stop`, {});
    return id;
  }

  it('are read, in ranges too, listed and archived', async () => {
    const id = await stopped();
    const path = '/mnt/user-data/outputs/report.txt';
    const whole = await files(id, { path });
    expect([whole.status, whole.headers.get('content-length'), await whole.text()]).toEqual([200, '11', 'an artifact']);
    const part = await files(id, { path }, { headers: { range: 'bytes=-8' } });
    expect([part.status, await part.text()]).toEqual([206, 'artifact']);
    const listed = await files(id, { path: '/mnt/user-data', depth: '2' }, { what: '/list' });
    expect(fileListSchema.parse(await listed.json()).entries).toMatchObject([
      { path: '/mnt/user-data/outputs', type: 'directory', owner: 'root' },
      { path, type: 'file', size: 11 },
    ]);
    expect((await files(id, { path: '/mnt' }, { what: '/archive' })).status).toBe(200);
    expect((await files(id, { path: '/nothing' })).status).toBe(404);
  });

  it('cannot be written, searched or removed', async () => {
    const id = await stopped();
    for (const [what, method] of [
      ['', 'PUT'],
      ['', 'DELETE'],
      ['/archive', 'PUT'],
    ] as const) {
      const refused = await files(id, { path: '/x' }, { what, method, ...(method === 'PUT' ? { body: 'x' } : {}) });
      expect([what, method, refused.status]).toEqual([what, method, 409]);
    }
    expect((await files(id, { path: '/', pattern: 'x' }, { what: '/grep' })).status).toBe(409);
  });
});
