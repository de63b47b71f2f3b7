import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBench } from '../contract/container-runtime/harness.ts';
import { openRealEngine, realRuntime } from '../support/container-runtime/real-engine.ts';
import { type TlsFront, tlsFront } from '../support/container-runtime/tls-front.ts';

describe('an engine over ssh', () => {
  let folder: string;
  /** Takes the place of the ssh program: runs the remote command here, and notes how it was called. */
  const program = () => join(folder, 'ssh');
  const script = [
    '#!/bin/sh',
    'echo "$@" >> "$0.calls"',
    'while [ "$1" != -- ]; do shift; done',
    'shift 2',
    'exec "$@"',
  ];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandglass-ssh-'));
    await writeFile(program(), `${script.join('\n')}\n`);
    await chmod(program(), 0o755);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const bench = useBench(() =>
    openRealEngine({ dockerHost: 'ssh://alice@engine.example:2222', sshProgram: program() }),
  );

  it('runs a container, follows its events and reads its log through kept connections', async () => {
    const { runtime, started, facts } = bench();
    const listener = new AbortController();
    const events = runtime.events(listener.signal)[Symbol.asyncIterator]();
    const first = events.next();
    const { id, sandboxId } = await started({ command: ['sh', '-c', 'echo hello; sleep 1000'] });
    expect(await first).toMatchObject({ value: { action: 'start', sandboxId } });
    await expect.poll(() => runtime.logTail(id, 100)).toBe('hello\n');
    await runtime.stop(id, 0);
    expect((await facts(id)).status).toBe('exited');
    listener.abort();
    const calls = (await readFile(`${program()}.calls`, 'utf8')).trim().split('\n');
    expect(calls[0]).toBe(
      '-o BatchMode=yes -o ConnectTimeout=10 -T -p 2222 -- alice@engine.example docker system dial-stdio',
    );
    expect(calls.length).toBeLessThan(8);
    expect(await runtime.isHostIsolated()).toBe(false);
  });

  it('is engine_unavailable when ssh cannot connect or is not there', async () => {
    await writeFile(join(folder, 'broken'), '#!/bin/sh\necho "Permission denied (publickey)." >&2\nexit 255\n');
    await chmod(join(folder, 'broken'), 0o755);
    for (const sshProgram of [join(folder, 'broken'), join(folder, 'absent')]) {
      const runtime = realRuntime({ dockerHost: 'ssh://engine.example', sshProgram });
      await expect(runtime.list()).rejects.toMatchObject({ code: 'engine_unavailable' });
      await runtime.close();
    }
  });
});

describe('an engine over TCP with TLS', () => {
  let front: TlsFront;
  beforeAll(async () => {
    front = await tlsFront();
  });
  afterAll(() => front.close());

  it('answers who brings the certificates', async () => {
    const runtime = realRuntime({ dockerHost: front.dockerHost, certPath: front.certPath });
    await runtime.ping();
    expect(await runtime.list()).toEqual([]);
    await runtime.close();
  });

  it('is engine_unavailable to who does not', async () => {
    const runtime = realRuntime({ dockerHost: front.dockerHost });
    await expect(runtime.ping()).rejects.toMatchObject({ code: 'engine_unavailable' });
    await runtime.close();
  });

  it('is refused at once when the certificates cannot be read', () => {
    const make = () => realRuntime({ dockerHost: front.dockerHost, certPath: '/nonexistent' });
    expect(make).toThrow(/certificates cannot be read/);
  });
});

describe('an engine by what DOCKER_HOST says', () => {
  it('is not the one of the environment', async () => {
    const before = process.env['DOCKER_HOST'];
    process.env['DOCKER_HOST'] = 'tcp://192.0.2.1:2375';
    try {
      const runtime = realRuntime();
      await runtime.ping();
      await runtime.close();
    } finally {
      if (before === undefined) delete process.env['DOCKER_HOST'];
      else process.env['DOCKER_HOST'] = before;
    }
  });
});
