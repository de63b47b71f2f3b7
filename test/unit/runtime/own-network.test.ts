import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isInOurNetwork } from '../../../src/runtime/docker/own-network.ts';

it('is true for a socket that was made here, by its path or by a link to it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandglass-own-'));
  const server = createServer();
  try {
    const path = join(folder, 'docker.sock');
    await new Promise<void>((resolve) => server.listen(path, resolve));
    await symlink(folder, join(folder, 'link'));
    expect(await isInOurNetwork(path)).toBe(true);
    expect(await isInOurNetwork(join(folder, 'link', 'docker.sock'))).toBe(true);
    expect(await isInOurNetwork(path, 'Num RefCount Protocol Flags Type St Inode Path\n')).toBe(false);
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
});

it('is false for a socket that is not there', async () => {
  expect(await isInOurNetwork('/nonexistent/docker.sock')).toBe(false);
});

it('does not take a connection that an engine elsewhere accepted from us for its listening socket', async () => {
  const path = '/nonexistent/elsewhere.sock';
  const line = (flags: string, state: string) =>
    `000000005a4f: 00000002 00000000 ${flags} 0001 ${state} 2308091 ${path}\n`;
  expect(await isInOurNetwork(path, line('00000000', '03'))).toBe(false);
  expect(await isInOurNetwork(path, line('00010000', '01'))).toBe(true);
});
