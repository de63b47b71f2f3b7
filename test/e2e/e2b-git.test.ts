import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/api.ts';
import { sandboxOf, sdks, serviceOfFile } from '../support/e2b/sdks.ts';

const service = serviceOfFile();

const REPOSITORY = `
set -e
mkdir -p /home/user/served && cd /home/user/served
git init -q --bare -b main project.git && git -C project.git config daemon.receivepack true
git init -q -b main /tmp/seed && cd /tmp/seed
git config user.name Seed && git config user.email seed@example.com
mkdir -p src/deep && echo 'hello' > src/deep/hello.txt && head -c 300000 /dev/urandom > large.bin
git add . && git commit -q -m 'First' && git push -q /home/user/served/project.git main
`;

describe.each(sdks)('git in a sandbox of e2b %s', (_version, sdk) => {
  const sandbox = sandboxOf(sdk, service);
  const run = async (line: string) => (await sandbox().commands.run(line)).stdout;

  beforeAll(async () => {
    await run(REPOSITORY);
    await sandbox().commands.run(
      'git daemon --reuseaddr --export-all --listen=127.0.0.1 --base-path=/home/user/served /home/user/served',
      { background: true, timeoutMs: 0 },
    );
    await eventually('it serves', async () => (await run('git ls-remote git://127.0.0.1/project.git || true')) !== '');
  });

  it('clones from a daemon', async () => {
    await sandbox().git.clone('git://127.0.0.1/project.git', { path: '/home/user/cloned' });
    expect(await sandbox().files.read('/home/user/cloned/src/deep/hello.txt')).toBe('hello\n');
    expect(await run('cmp /home/user/cloned/large.bin /tmp/seed/large.bin && git -C cloned log --format=%s')).toBe(
      'First\n',
    );
  });

  it('changes, commits, and pushes back', async () => {
    const path = '/home/user/worked';
    const { git, files } = sandbox();
    await git.clone('git://127.0.0.1/project.git', { path });
    await git.createBranch(path, 'feature');
    await files.write(`${path}/new.txt`, 'new');
    expect((await git.status(path)).fileStatus.map(({ name }) => name)).toEqual(['new.txt']);
    await git.add(path);
    await git.commit(path, 'Second', { authorName: 'Me', authorEmail: 'me@example.com' });
    await git.push(path, { remote: 'origin', branch: 'feature' });
    expect(await run('git -C served/project.git log feature --format="%s by %an"')).toBe(
      'Second by Me\nFirst by Seed\n',
    );
  });

  it('says so when there is no such repository', async () => {
    const failed = sandbox().git.clone('git://127.0.0.1/none.git', { path: '/tmp/none' });
    await expect(failed).rejects.toBeInstanceOf(sdk.GitAuthError);
  });
});
