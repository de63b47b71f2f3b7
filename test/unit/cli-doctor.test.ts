import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDataDir, lockHolder } from '../../src/cli/commands/doctor-data-dir.ts';
import { checkNode, checkPorts } from '../../src/cli/commands/doctor-machine.ts';
import { checkRedis } from '../../src/cli/commands/doctor-redis.ts';
import { readConfig } from '../../src/config.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandglass-doctor-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const outcomes = (checks: readonly { readonly name: string; readonly outcome: string }[]) =>
  Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]));

describe('Node.js', () => {
  it.each([
    ['v20.19.0', 'ok'],
    ['v24.1.0', 'ok'],
    ['v20.18.3', 'fail'],
    ['v18.20.0', 'fail'],
  ])('%s is %s', (version, outcome) => {
    expect(checkNode(version).outcome).toBe(outcome);
  });
});

describe('the data directory', () => {
  it('is well when it can be written by its owner only', () => {
    expect(outcomes(checkDataDir(folder))).toMatchObject({ 'data directory': 'ok', 'data privacy': 'ok' });
  });

  it('is well when it is still to be made', () => {
    expect(outcomes(checkDataDir(join(folder, 'a', 'b')))).toMatchObject({
      'data directory': 'ok',
      'data privacy': 'ok',
    });
  });

  it('is a warning when others may enter it, and says what to do', () => {
    chmodSync(folder, 0o755);
    const privacy = checkDataDir(folder).find(({ name }) => name === 'data privacy');
    expect(privacy).toMatchObject({ outcome: 'warn', next: `chmod 700 ${folder}` });
  });

  it('fails when it is a file', () => {
    writeFileSync(join(folder, 'file'), '', { mode: 0o700 });
    expect(outcomes(checkDataDir(join(folder, 'file')))).toMatchObject({ 'data directory': 'fail' });
  });
});

describe('the holder of the data directory', () => {
  it('is nobody where there is no pid file, or no folder', () => {
    expect(lockHolder(folder)).toBeUndefined();
    expect(lockHolder(join(folder, 'none'))).toBeUndefined();
  });

  it('is nobody when the recorded process lives and does not hold the lock', () => {
    writeFileSync(join(folder, 'lock.sqlite'), '');
    writeFileSync(join(folder, 'sandglass.pid'), `${process.pid}\n`);
    expect(lockHolder(folder)).toBeUndefined();
  });
});

describe('ports', () => {
  it('are in use with the code of the refusal, unless the service itself runs', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const config = readConfig({ SANDGLASS_PORT: port, SANDGLASS_ADMIN_PORT: '0' });
    const [taken, any] = await checkPorts(config, undefined);
    const [ours] = await checkPorts(config, 1);
    server.close();
    expect(taken).toMatchObject({ outcome: 'fail', found: expect.stringContaining('EADDRINUSE') });
    expect(any?.outcome).toBe('ok');
    expect(ours?.outcome).toBe('ok');
  });
});

describe('the live store', () => {
  it('is well with a redis-server, and names its version', async () => {
    writeFileSync(join(folder, 'redis-server'), '#!/bin/sh\necho "Redis server v=9.9.9 sha=0"\n', { mode: 0o700 });
    expect(await checkRedis('embedded', folder)).toMatchObject({
      outcome: 'ok',
      found: expect.stringContaining('9.9.9'),
    });
  });

  it('is a warning in memory', async () => {
    expect((await checkRedis('memory', '')).outcome).toBe('warn');
  });

  it('fails when nobody listens at its address, and never shows the password', async () => {
    const check = await checkRedis(`unix://${join(folder, 'none.sock')}`, '');
    expect(check).toMatchObject({ outcome: 'fail' });
    const remote = await checkRedis('redis://user:hunter2@127.0.0.1:1', '');
    expect(remote.outcome).toBe('fail');
    expect(JSON.stringify(remote)).not.toContain('hunter2');
  });
});
