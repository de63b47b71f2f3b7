import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerRuntime, PullProgress } from '../../src/ports/container-runtime.ts';
import type { DockerRuntimeDeps } from '../../src/runtime/docker/docker-runtime.ts';
import { type FaultyEngine, faultyEngine } from '../support/container-runtime/faulty-engine.ts';
import { docker, realRuntime } from '../support/container-runtime/real-engine.ts';
import { type RegistryOptions, type TinyRegistry, tinyRegistry } from '../support/container-runtime/tiny-registry.ts';

describe('a pull by a real engine', () => {
  let folder: string;
  let engine: FaultyEngine;
  const opened: { registry?: TinyRegistry; runtime?: ContainerRuntime } = {};
  const path = process.env['PATH'];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandglass-config-'));
    engine = await faultyEngine();
  });
  afterEach(async () => {
    process.env['PATH'] = path;
    await opened.runtime?.close();
    await opened.registry?.close();
    await engine.close();
    await rm(folder, { recursive: true });
    if (opened.registry !== undefined) await docker('rmi', '-f', opened.registry.image).catch(() => 'never pulled');
  });
  const open = async (options: RegistryOptions = {}, overrides: Partial<DockerRuntimeDeps> = {}) => {
    const registry = await tinyRegistry(options);
    const runtime = realRuntime({ dockerHost: engine.dockerHost, dockerConfigFolder: folder, ...overrides });
    Object.assign(opened, { registry, runtime });
    return { registry, runtime };
  };
  const writeConfig = (config: object) => writeFile(join(folder, 'config.json'), JSON.stringify(config));

  it('answers the content id, and tells how far it is', async () => {
    const { registry, runtime } = await open();
    const seen: PullProgress[] = [];
    expect(await runtime.findImage(registry.image)).toBeUndefined();
    expect(await runtime.pullImage(registry.image, (progress) => seen.push(progress))).toBe(registry.imageId);
    expect(await runtime.findImage(registry.image)).toBe(registry.imageId);
    const phases = seen.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1]);
    expect(phases[0]).toBe('resolving');
    expect(phases).toContain('downloading');
    expect(phases).toContain('extracting');
    expect(phases.at(-1)).toBe('done');
    expect(seen.at(-1)?.totalBytes).toBeGreaterThan(6_000_000);
    for (const { currentBytes, totalBytes } of seen) expect(currentBytes).toBeLessThanOrEqual(totalBytes);
  });

  it('is one pull for many who want the same image at once', async () => {
    const { registry, runtime } = await open();
    const heard = new Set<string>();
    const all = ['one', 'two', 'three'].map((who) => runtime.pullImage(registry.image, () => heard.add(who)));
    expect(await Promise.all(all)).toEqual([registry.imageId, registry.imageId, registry.imageId]);
    expect(engine.requests.filter((line) => line.includes('/images/create'))).toHaveLength(1);
    expect(heard.size).toBe(3);
  });

  it('goes on when one who waits leaves, and ends in the engine when the last one leaves', async () => {
    const { registry, runtime } = await open();
    registry.pace('drip');
    const [one, two] = [new AbortController(), new AbortController()];
    const first = runtime.pullImage(registry.image, undefined, { signal: one.signal });
    const second = runtime.pullImage(registry.image, undefined, { signal: two.signal });
    await expect.poll(() => registry.openBlobs()).toBe(2);
    one.abort(new Error('one left'));
    await expect(first).rejects.toThrow('one left');
    expect(registry.openBlobs()).toBe(2);
    two.abort(new Error('two left'));
    await expect(second).rejects.toThrow('two left');
    await expect.poll(() => registry.openBlobs(), { timeout: 5_000 }).toBe(0);
    registry.pace('whole');
    expect(await runtime.pullImage(registry.image)).toBe(registry.imageId);
  });

  it('is given up when there is no news of it, and can be tried again', async () => {
    const { registry, runtime } = await open({}, { deadlines: { pullStall: 700 } });
    registry.pace('stuck');
    await expect(runtime.pullImage(registry.image)).rejects.toMatchObject({ code: 'engine_unavailable' });
    expect(await runtime.list()).toEqual([]);
    registry.pace('whole');
    expect(await runtime.pullImage(registry.image)).toBe(registry.imageId);
  });

  it('fails at once with the words of the engine for an image that the registry does not have', async () => {
    const { registry, runtime } = await open();
    const pull = runtime.pullImage(`${registry.host}/nobody/has-this:1`);
    await expect(pull).rejects.toMatchObject({ code: 'start_failed', message: /manifest.*(unknown|not found)/i });
    await expect(runtime.pullImage('No Such Name')).rejects.toMatchObject({ code: 'start_failed' });
  });

  it('brings the credentials of the Docker config, and says what the engine says without them', async () => {
    const { registry, runtime } = await open({ login: 'alice:s3cret' });
    await expect(runtime.pullImage(registry.image)).rejects.toMatchObject({
      code: 'start_failed',
      message: /auth|unauthorized|denied/i,
    });
    await writeConfig({ auths: { [registry.host]: { auth: Buffer.from('alice:s3cret').toString('base64') } } });
    expect(await runtime.pullImage(registry.image)).toBe(registry.imageId);
  });

  it('asks the credential helper that the Docker config names', async () => {
    const { registry, runtime } = await open({ login: 'bob:from-helper' });
    const helper = join(folder, 'docker-credential-sgtest');
    const answer = JSON.stringify({ ServerURL: registry.host, Username: 'bob', Secret: 'from-helper' });
    await writeFile(helper, `#!/bin/sh\nread server\n[ "$1 $server" = "get ${registry.host}" ] && echo '${answer}'\n`);
    await chmod(helper, 0o755);
    process.env['PATH'] = `${folder}${delimiter}${path}`;
    await writeConfig({ credHelpers: { [registry.host]: 'sgtest' } });
    expect(await runtime.pullImage(registry.image)).toBe(registry.imageId);
  });
});
