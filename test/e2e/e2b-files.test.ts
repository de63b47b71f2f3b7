import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sandboxOf, sdks, serviceOfFile } from '../support/e2b/sdks.ts';

const service = serviceOfFile();
const MIB = 1024 * 1024;

describe.each(sdks)('files as e2b %s reads and writes them', (version, sdk) => {
  const sandbox = sandboxOf(sdk, service);
  const files = () => sandbox().files;
  const ask = async (line: string) => (await sandbox().commands.run(line)).stdout;

  it('writes and reads text, below the home, with the folders above it', async () => {
    expect(await files().write('notes/today/plan.txt', 'grüße\n')).toMatchObject({
      ...{ name: 'plan.txt', type: 'file', path: '/home/user/notes/today/plan.txt' },
    });
    expect(await files().read('notes/today/plan.txt')).toBe('grüße\n');
    expect(await files().read('~/notes/today/plan.txt')).toBe('grüße\n');
    expect(await ask('stat -c "%U %G %a" notes notes/today/plan.txt')).toBe('user user 755\nuser user 644\n');
    expect((await files().write('own', 'x', { user: 'root' })).path).toBe('/root/own');
    expect(await files().getInfo('own', { user: 'root' })).toMatchObject({ owner: 'root', path: '/root/own' });
  });

  it.each(['multipart', 'octet-stream', 'gzip'])('writes empty, small and binary files as %s', async (how) => {
    const opts = { useOctetStream: how === 'octet-stream', gzip: how === 'gzip' };
    for (const size of [0, 1, 65_536, 3 * MIB + 7]) {
      const bytes = new Uint8Array(randomBytes(size));
      const path = `/tmp/bytes-${how}-${size}`;
      await files().write(path, bytes.buffer, opts);
      expect(Buffer.compare(await files().read(path, { format: 'bytes' }), bytes)).toBe(0);
      expect((await (await files().read(path, { format: 'blob' })).arrayBuffer()).byteLength).toBe(size);
    }
    await files().write('/tmp/blob', new Blob(['from a blob']), opts);
    expect(await files().read('/tmp/blob')).toBe('from a blob');
  });

  it('writes over a file whole, at no moment in part', async () => {
    await files().write('/tmp/over', 'long old content');
    await files().write('/tmp/over', 'new');
    expect(await files().read('/tmp/over', { gzip: true })).toBe('new');
  });

  it.each(['multipart', 'octet-stream'])('writes many at once as %s, into folders of their own', async (how) => {
    const entries = Array.from({ length: 50 }, (_, i) => ({
      path: `/tmp/many-${how}/${i % 7}/f ü (${i}) %22.txt`,
      data: `${i}`,
    }));
    const written = await files().writeFiles(entries, { useOctetStream: how === 'octet-stream' });
    expect(written.map(({ path }) => path)).toEqual(entries.map(({ path }) => path));
    expect(await Promise.all(entries.map(({ path }) => files().read(path)))).toEqual(entries.map(({ data }) => data));
    expect(await files().write([])).toEqual([]);
  });

  it.each(['multipart', 'octet-stream'])('keeps metadata of a file written as %s', async (how) => {
    const opts = { metadata: { author: 'me', 'x-run': '7 of 9' }, useOctetStream: how === 'octet-stream' };
    const path = `/home/user/with-metadata-${how}`;
    expect((await files().write(path, 'x', opts)).metadata).toEqual({ author: 'me', 'x-run': '7 of 9' });
    expect((await files().getInfo(path)).metadata).toEqual({ author: 'me', 'x-run': '7 of 9' });
    expect(await ask(`getfattr --only-values -n user.e2b.author ${path}`)).toBe('me');
    await files().rename(path, `${path}-moved`);
    expect((await files().getInfo(`${path}-moved`)).metadata).toEqual({ author: 'me', 'x-run': '7 of 9' });
  });

  it('streams 256 MiB in and out', async () => {
    const total = 256;
    const block = randomBytes(MIB);
    const sent = createHash('sha256');
    let given = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (given++ === total) return controller.close();
        sent.update(block);
        controller.enqueue(new Uint8Array(block));
      },
    });
    await files().write('/tmp/large', stream, { useOctetStream: true });
    expect((await files().getInfo('/tmp/large')).size).toBe(total * MIB);
    const received = createHash('sha256');
    for await (const piece of await files().read('/tmp/large', { format: 'stream' })) received.update(piece);
    expect(received.digest('hex')).toBe(sent.digest('hex'));
    await files().remove('/tmp/large');
  });

  it('tells what a file is', async () => {
    await ask('mkdir -p info/d; printf abc > info/f; chmod 640 info/f; ln -s f info/l; ln -s nowhere info/dead');
    const info = await files().getInfo('info/f');
    expect(info).toMatchObject({
      ...{ name: 'f', type: 'file', path: '/home/user/info/f', size: 3, mode: 0o640, permissions: '-rw-r-----' },
      ...{ owner: 'user', group: 'user' },
    });
    expect(Math.abs((info.modifiedTime?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await files().getInfo('info/d')).toMatchObject({ type: 'dir', permissions: 'drwxr-xr-x' });
    expect(await files().getInfo('info/l')).toMatchObject({
      ...{ name: 'l', type: 'file', mode: 0o640, symlinkTarget: '/home/user/info/f' },
    });
    expect((await files().getInfo('info/dead')).type).toBeUndefined();
    expect(await files().exists('info/f')).toBe(true);
    expect(await files().exists('info/none')).toBe(false);
  });

  it('lists as deep as it is asked to, in order', async () => {
    await ask('mkdir -p tree/b/c/d tree/a; touch tree/z tree/b/y tree/b/c/x tree/b/c/d/w');
    const names = async (depth?: number) =>
      (await files().list('tree', depth === undefined ? {} : { depth })).map(({ path }) =>
        path.replace('/home/user/tree/', ''),
      );
    expect(await names()).toEqual(['a', 'b', 'z']);
    expect(await names(2)).toEqual(['a', 'b', 'b/c', 'b/y', 'z']);
    expect(await names(9)).toEqual(['a', 'b', 'b/c', 'b/c/d', 'b/c/d/w', 'b/c/x', 'b/y', 'z']);
    await expect(files().list('tree/z')).rejects.toBeInstanceOf(sdk.InvalidArgumentError);
    await expect(files().list('tree', { depth: 0 })).rejects.toBeInstanceOf(sdk.InvalidArgumentError);
  });

  it('makes, renames and removes', async () => {
    expect(await files().makeDir('made/deep')).toBe(true);
    expect(await files().makeDir('made/deep')).toBe(false);
    await files().write('made/deep/f', 'x');
    expect(await files().rename('made', 'renamed')).toMatchObject({ name: 'renamed', type: 'dir' });
    expect(await files().read('renamed/deep/f')).toBe('x');
    await files().remove('renamed');
    expect(await files().exists('renamed')).toBe(false);
    await files().remove('renamed');
  });

  it('says what is not there, and what is none', async () => {
    for (const miss of [
      () => files().read('/no/such'),
      () => files().read('/no/such', { format: 'stream' }),
      () => files().getInfo('/no/such'),
      () => files().list('/no/such'),
      () => files().rename('/no/such', '/tmp/x'),
    ]) {
      await expect(miss()).rejects.toBeInstanceOf(sdk.FileNotFoundError);
    }
    await expect(files().read('/no/such')).rejects.toThrow(/path '\/no\/such' does not exist/);
    await expect(files().read('/etc')).rejects.toBeInstanceOf(sdk.InvalidArgumentError);
    await expect(files().write('/etc', 'x', { user: 'root' })).rejects.toBeInstanceOf(sdk.InvalidArgumentError);
    await expect(files().read('x', { user: 'nobody-such' })).rejects.toBeInstanceOf(sdk.AuthenticationError);
  });

  it('says that the disk is full, and leaves the file as it was', async () => {
    await files().write('/dev/shm/file', 'before');
    const large = new Uint8Array(96 * MIB);
    for (const useOctetStream of [true, false]) {
      const full = files().write('/dev/shm/file', large.buffer, { useOctetStream });
      await expect(full).rejects.toBeInstanceOf(sdk.NotEnoughSpaceError);
    }
    expect(await files().read('/dev/shm/file')).toBe('before');
    // The agent's own pipes lie in a hidden folder there.
    expect(await ask('ls /dev/shm')).toBe('file\n');
  });

  it('reads what has no size of its own', async () => {
    expect(await files().read('/proc/self/status')).toContain('VmRSS');
    expect(await files().read('/sys/class/net/lo/address')).toBe('00:00:00:00:00:00\n');
  });

  it('downloads by a signed URL, that names no sandbox', async () => {
    const content = `of ${sandbox().sandboxId}`;
    await files().write('for all.txt', content);
    for (const opts of [
      {},
      { useSignatureExpiration: 60 },
      { user: 'user' as const },
      { user: 'user' as const, useSignatureExpiration: 60 },
    ]) {
      const url = await sandbox().downloadUrl('for all.txt', opts);
      expect(url).not.toContain(sandbox().sandboxId);
      const answer = await fetch(url);
      expect([answer.status, await answer.text()]).toEqual([200, content]);
    }
  });

  it('uploads by a signed URL, to a named path or to the ones in the form', async () => {
    const form = (...names: string[]) => {
      const data = new FormData();
      for (const name of names) data.append('file', new Blob([`in ${name}`]), name);
      return data;
    };
    const named = await fetch(await sandbox().uploadUrl('up/named.txt'), { method: 'POST', body: form('other') });
    expect([named.status, await named.json()]).toEqual([
      200,
      [{ name: 'named.txt', path: '/home/user/up/named.txt', type: 'file' }],
    ]);
    const url = await sandbox().uploadUrl(undefined, { useSignatureExpiration: 60 });
    expect((await fetch(url, { method: 'POST', body: form('up/a', '/tmp/up/b') })).status).toBe(200);
    expect([await files().read('up/a'), await files().read('/tmp/up/b')]).toEqual(['in up/a', 'in /tmp/up/b']);
  });

  it('opens a signed URL to nobody else, and to nobody after its time', async () => {
    await files().write('mine', 'x');
    const url = new URL(await sandbox().downloadUrl('mine'));
    const other = (change: (query: URLSearchParams) => void) => {
      const changed = new URL(url);
      change(changed.searchParams);
      return fetch(changed).then(async (answer) => [answer.status, await messageOf(answer)]);
    };
    expect(await other((query) => query.set('path', '/etc/shadow'))).toEqual([401, 'invalid signature']);
    expect(await other((query) => query.set('username', 'root'))).toEqual([401, 'invalid signature']);
    expect(await other((query) => query.delete('signature'))).toEqual([401, 'missing signature query parameter']);
    const written = await fetch(url, { method: 'POST', body: new FormData() });
    expect([written.status, await messageOf(written)]).toEqual([401, 'invalid signature']);
    const late = await fetch(await sandbox().downloadUrl('mine', { useSignatureExpiration: -1 }));
    expect([late.status, await messageOf(late)]).toEqual([401, 'signature is already expired']);
  });

  it(`leaves nothing of its own behind (${version})`, async () => {
    expect(await ask('find /tmp /home/user -name "*.sandglass*" -o -name ".*tmp*"')).toBe('');
  });
});

async function messageOf(answer: Response): Promise<unknown> {
  return Reflect.get(Object(await answer.json()), 'message');
}
