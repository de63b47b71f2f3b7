import { readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressRing } from '../../src/runtime/address-ring.ts';
import { useBench } from '../contract/container-runtime/harness.ts';
import { outsideHost } from '../support/container-runtime/outside-host.ts';
import { BUSYBOX, docker, engineView, openRealEngine } from '../support/container-runtime/real-engine.ts';

const MIB = 1024 * 1024;

describe('a sandbox container on a real engine', () => {
  const bench = useBench(() => openRealEngine());

  it('carries every bound and no privilege', async () => {
    const { created, serviceId, spec } = bench();
    const wanted = spec({ env: { GREETING: 'hello = world' }, user: '1000', workdir: '/tmp', tenant: 'acme' });
    const { id } = await created(wanted);
    const { Config, HostConfig } = await engineView(id);
    expect(HostConfig).toMatchObject({
      Init: true,
      Privileged: false,
      CapAdd: null,
      CapDrop: ['NET_RAW', 'MKNOD'],
      SecurityOpt: ['no-new-privileges'],
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
      Memory: 64 * MIB,
      MemorySwap: 64 * MIB,
      NanoCpus: 1e9,
      PidsLimit: 64,
      Runtime: 'runc',
      Binds: null,
      OomScoreAdj: 0,
      NetworkMode: 'sandglass-closed',
      PublishAllPorts: false,
    });
    expect(HostConfig['PortBindings'] ?? {}).toEqual({});
    expect(Config).toMatchObject({
      Hostname: wanted.sandboxId,
      User: '1000',
      WorkingDir: '/tmp',
      Entrypoint: ['sleep'],
      Cmd: ['infinity'],
      Labels: {
        'sandglass.service': serviceId,
        'sandglass.sandbox': wanted.sandboxId,
        'sandglass.tenant': 'acme',
      },
    });
    expect(Config['Env']).toContain('GREETING=hello = world');
  });

  it('runs its command under docker-init, with the environment, user and folder asked for', async () => {
    const { started } = bench();
    const { id } = await started({ user: '1000', workdir: '/tmp', env: { GREETING: 'hello' } });
    expect(await docker('exec', id, 'cat', '/proc/1/comm')).toBe('docker-init');
    expect(await docker('exec', id, 'sh', '-c', 'echo $GREETING $(id -u) $PWD')).toBe('hello 1000 /tmp');
    expect(await docker('exec', id, 'grep', 'NoNewPrivs', '/proc/1/status')).toMatch(/1$/);
  });

  it('lets sudo work only where the caller says so', async () => {
    const { started } = bench();
    const image = 'sandglass-base:latest';
    const sudo = ['exec', '-u', 'user', '', 'sudo', '-n', 'id', '-u'];
    const asked = await started({ image, sudo: true, resources: { cpus: 1, memoryMb: 128, diskMb: null, pids: 64 } });
    expect(await docker(...sudo.map((word) => word || asked.id))).toBe('0');
    const refused = await started({ image, sudo: false });
    await expect(docker(...sudo.map((word) => word || refused.id))).rejects.toThrow(/no new privileges/);
  });

  it('keeps within 25 MB of log however much it prints', async () => {
    const { started } = bench();
    const { id } = await started({ command: ['yes', 'a line that is printed for ever and ever'] });
    const { LogPath } = await engineView(id);
    const folder = dirname(String(LogPath));
    const sizes = async () => {
      const logs = (await readdir(folder)).filter((name) => name.includes('-json.log'));
      // A log can be rotated away between the two calls.
      const all = await Promise.all(
        logs.map((name) =>
          stat(join(folder, name)).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      );
      return { files: all.length, bytes: all.reduce((sum, size) => sum + size, 0) };
    };
    await expect.poll(async () => (await sizes()).files, { timeout: 30_000 }).toBe(2);
    const { bytes } = await sizes();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(Math.max(bytes, (await sizes()).bytes)).toBeLessThan(25e6);
    expect((await bench().runtime.logTail(id, 4096)).length).toBe(4096);
  });

  it('is told apart as killed for memory', async () => {
    const { started, until } = bench();
    const { id } = await started({ command: ['sh', '-c', 'x=a; while :; do x=$x$x; done'] });
    const facts = await until(id, ({ status }) => status === 'exited');
    expect(facts).toMatchObject({ exitCode: 137, oomKilled: true });
  });

  it('says whether the disk bound holds, and starts without one where it does not', async () => {
    const { runtime, created } = bench();
    const { diskEnforced } = await runtime.info();
    const { id } = await created({ resources: { cpus: 1, memoryMb: 64, diskMb: 100, pids: 64 } });
    const { HostConfig } = await engineView(id);
    expect(HostConfig['StorageOpt'] ?? null).toEqual(diskEnforced ? { size: '100m' } : null);
  });

  it('tells the start that the engine refused in its words', async () => {
    const { runtime, created, facts } = bench();
    const { id } = await created({ workdir: '/proc/1/nowhere' });
    await expect(runtime.start(id)).rejects.toMatchObject({ code: 'start_failed', message: /could not start/ });
    expect((await facts(id)).error).not.toBe('');
  });
});

describe('an image that wants more than a sandbox gets', () => {
  const bench = useBench(() => openRealEngine());
  const image = () => `sandglass-test-${bench().serviceId.slice(0, 8)}:latest`;

  beforeAll(async () => {
    const container = await docker('create', BUSYBOX, 'true');
    const changes = [
      'ENTRYPOINT ["false"]',
      'HEALTHCHECK --interval=1s CMD touch /healthy',
      'VOLUME /data',
      'LABEL sandglass.tenant=evil sandglass.sandbox=other',
    ];
    await docker('commit', ...changes.flatMap((change) => ['--change', change]), container, image());
    await docker('rm', container);
  });
  afterAll(async () => {
    await docker('rmi', '-f', image());
  });

  it('runs nothing of its own, and takes no label of ours', async () => {
    const { created } = bench();
    const { id, sandboxId } = await created({ image: image(), tenant: null });
    const { Config, HostConfig } = await engineView(id);
    expect(Config).toMatchObject({
      Entrypoint: ['sleep'],
      Healthcheck: { Test: ['NONE'] },
      Labels: { 'sandglass.tenant': '', 'sandglass.sandbox': sandboxId },
    });
    expect(HostConfig['SecurityOpt']).toEqual(['no-new-privileges']);
  });

  it('loses its anonymous volume with its container', async () => {
    const { runtime, started } = bench();
    const { id } = await started({ image: image() });
    const { Mounts } = await engineView(id);
    const volume = String((Mounts as { Name?: unknown }[])[0]?.Name); // holds: the image declares one volume
    expect(await docker('volume', 'inspect', volume, '--format', '{{.Name}}')).toBe(volume);
    await runtime.remove(id);
    await expect(docker('volume', 'inspect', volume)).rejects.toThrow(/no such volume/i);
  });

  const tagsOf = async (template: string) =>
    (await docker('images', '--format', '{{.Tag}}', `sandglass-keep/${template}`)).split('\n').filter(Boolean);

  it('is kept under a tag of ours', async () => {
    const { runtime, serviceId } = bench();
    const template = `test-${serviceId.slice(0, 8)}`;
    const digest = await runtime.findImage(image());
    await runtime.keepImage(template, image());
    await runtime.keepImage(template, image());
    const tag = `sandglass-keep/${template}:${digest?.slice('sha256:'.length, 'sha256:'.length + 12)}`;
    expect(await runtime.findImage(tag)).toBe(digest);
    // A newer image of the template takes the place of the older one; both images stay, by their own names.
    await runtime.keepImage(template, 'sandglass-base:latest');
    expect(await runtime.findImage(tag)).toBeUndefined();
    expect(await tagsOf(template)).toHaveLength(1);
    await runtime.releaseImages(template);
    await runtime.releaseImages(template);
    expect(await tagsOf(template)).toEqual([]);
    expect(await runtime.findImage(image())).toBe(digest);
    await expect(runtime.keepImage(template, 'nobody/has-this')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the networks of sandboxes', () => {
  const bench = useBench(() => openRealEngine());
  const page = ['sh', '-c', 'echo hello > /index.html; exec httpd -f -p 8080 -h /'];
  // busybox's wget dies of a signal with -T: nc says whether the connection was made, refused or timed out.
  const get = (id: string, host: string, port: number) =>
    docker('exec', id, 'sh', '-c', `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 ${host} ${port} 2>&1`);
  const noAnswer = (id: string, host: string, port: number) =>
    expect(get(id, host, port)).rejects.toMatchObject({ stdout: expect.stringMatching(/timed out|unreachable/) });

  it.each(['open', 'closed'] as const)('let the host reach a sandbox of %s, and no other sandbox', async (network) => {
    const { started } = bench();
    const server = await started({ network, command: page });
    const neighbour = await started({ network });
    const reachable = () =>
      fetch(`http://${server.address}:8080/`).then(
        (answer) => answer.text(),
        () => 'not yet',
      );
    await expect.poll(reachable, { timeout: 5_000 }).toBe('hello\n');
    await noAnswer(neighbour.id, server.address ?? '', 8080);
  });

  it('give an open sandbox a way out, and a closed one none', async ({ skip }) => {
    const outside = await outsideHost();
    if (outside === undefined) return skip('this process may not make a network namespace to stand for the internet');
    try {
      const { started } = bench();
      const [open, closed] = await Promise.all([started({ network: 'open' }), started({ network: 'closed' })]);
      expect(await get(open.id, outside.address, outside.port)).toMatch(/outside$/);
      await noAnswer(closed.id, outside.address, outside.port);
    } finally {
      await outside.close();
    }
  });

  it('answer no lookup of a closed sandbox from the resolver of the host', async () => {
    const { created } = bench();
    const { id } = await created({ network: 'closed' });
    expect((await engineView(id)).HostConfig).toMatchObject({ Dns: ['127.0.0.1'] });
  });

  it('keep new connections from the host where the firewall may', async ({ skip }) => {
    const { runtime, started } = bench();
    const { networks } = await runtime.info();
    if (!(await runtime.isHostIsolated()))
      skip('the firewall of this host may not be changed, and the runtime says so');
    const server = createServer((_, answer) => answer.end('host'));
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    try {
      for (const network of ['open', 'closed'] as const) {
        const { id } = await started({ network });
        const subnet = networks.find(({ name }) => name === `sandglass-${network}`)?.subnet ?? '';
        const gateway = await docker(
          'network',
          'inspect',
          `sandglass-${network}`,
          '-f',
          '{{(index .IPAM.Config 0).Gateway}}',
        );
        expect(addressRing(subnet).includes(gateway)).toBe(false);
        expect(await fetch(`http://${gateway}:${port}/`).then((answer) => answer.text())).toBe('host');
        await noAnswer(id, gateway, port);
      }
    } finally {
      server.close();
    }
  });
});
