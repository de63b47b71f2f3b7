import * as newest from 'e2b';
import * as oldest from 'e2b-2-45';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, eventually } from '../support/api.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

type Sdk = typeof newest;

// The unmodified package at both ends of what is promised. Their types differ in private members only.
const sdks: readonly (readonly [version: string, sdk: Sdk])[] = [
  ['2.51.0', newest],
  ['2.45.0', oldest as unknown as Sdk],
];

let service: ServiceProcess;

beforeAll(async () => {
  service = await startService({ SANDGLASS_BASE_IMAGE: 'sandglass-busybox:latest' });
});
afterAll(() => service?.dispose());

describe.each(sdks)('the control plane as e2b %s calls it', (_version, sdk) => {
  const { Sandbox } = sdk;
  const connection = () => ({ apiKey: service.adminKey, apiUrl: service.url, sandboxUrl: service.url });
  const rowOf = async (id: string) => (await apiOf(service)('GET', `/v1/sandboxes/${id}`)).body;
  const run = `run${Math.random().toString(36).slice(2)}`;
  const create = (opts: newest.SandboxOpts = {}) =>
    Sandbox.create('base', { ...connection(), ...opts, metadata: { run, ...opts.metadata } });
  const listed = async (opts: newest.SandboxListOpts = {}) => {
    const paginator = Sandbox.list({
      ...{ ...connection(), ...opts },
      query: { ...opts.query, metadata: { run, ...opts.query?.metadata } },
    });
    const pages: string[][] = [];
    while (paginator.hasNext) pages.push((await paginator.nextItems()).map(({ sandboxId }) => sandboxId));
    return pages;
  };

  afterEach(async () => {
    for (const id of (await listed()).flat()) await Sandbox.kill(id, connection());
  });

  it('creates, tells about it, and kills it', async () => {
    const beganMs = Date.now();
    const sandbox = await create({ metadata: { 'who & what': 'Jörg = 100%' }, timeoutMs: 100_000, envs: { A: 'b' } });
    const info = await sandbox.getInfo();
    expect(info).toMatchObject({
      ...{ sandboxId: sandbox.sandboxId, templateId: 'base', name: 'base', state: 'running' },
      ...{ metadata: { run, 'who & what': 'Jörg = 100%' }, envdVersion: '0.6.4', cpuCount: 1, memoryMB: 512 },
      ...{ allowInternetAccess: true, lifecycle: { onTimeout: 'kill', autoResume: false }, volumeMounts: [] },
    });
    expect(info.startedAt.getTime()).toBeGreaterThanOrEqual(beganMs);
    expect(info.endAt.getTime() - info.startedAt.getTime()).toBe(100_000);
    expect(await sandbox.kill()).toBe(true);
    expect(await sandbox.kill()).toBe(false);
    expect((await rowOf(sandbox.sandboxId)).state).toBe('deleted');
    await expect(sandbox.getInfo()).rejects.toBeInstanceOf(sdk.SandboxNotFoundError);
  });

  it('needs two environment variables besides the key', async () => {
    const names = { E2B_API_KEY: service.adminKey, E2B_API_URL: service.url, E2B_SANDBOX_URL: service.url };
    const before = Object.fromEntries(Object.keys(names).map((name) => [name, process.env[name]]));
    Object.assign(process.env, names);
    try {
      const sandbox = await Sandbox.create({ metadata: { run } });
      expect((await Sandbox.getInfo(sandbox.sandboxId)).templateId).toBe('base');
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });

  it('pages through a list by metadata, newest first', async () => {
    const made: string[] = [];
    for (const [name, value] of [
      ['plain', 'x'],
      ['with space & more', 'a=b&c=d'],
      ['ünï', '100 %+"'],
    ] as const) {
      made.push((await create({ metadata: { [name]: value, all: 'yes' } })).sandboxId);
    }
    expect(await listed({ limit: 2, query: { metadata: { all: 'yes' } } })).toEqual([[made[2], made[1]], [made[0]]]);
    expect(await listed({ query: { metadata: { 'with space & more': 'a=b&c=d' } } })).toEqual([[made[1]]]);
    expect(await listed({ query: { metadata: { ünï: '100 %+"' } } })).toEqual([[made[2]]]);
    expect(await listed({ query: { metadata: { plain: 'y' } } })).toEqual([[]]);
    await Sandbox.pause(made[0] ?? '', connection());
    expect(await listed({ query: { state: ['paused'] } })).toEqual([[made[0]]]);
    expect(await listed({ query: { state: ['running', 'paused'] } })).toEqual([made.toReversed()]);
  });

  it('sets the timeout both ways, and kills what is past it', async () => {
    const sandbox = await create({ timeoutMs: 60_000 });
    const left = async () => (await sandbox.getInfo()).endAt.getTime() - Date.now();
    await sandbox.setTimeout(600_000);
    expect(await left()).toBeGreaterThan(590_000);
    await sandbox.setTimeout(1_000);
    expect(await left()).toBeLessThanOrEqual(1_000);
    await eventually('it is killed', async () => (await rowOf(sandbox.sandboxId)).state === 'deleted');
    await expect(Sandbox.setTimeout(sandbox.sandboxId, 5_000, connection())).rejects.toBeInstanceOf(
      sdk.SandboxNotFoundError,
    );
  });

  it('pauses once, and connect resumes it with its tokens', async () => {
    const sandbox = await create({ timeoutMs: 60_000 });
    expect(await sandbox.pause()).toBe(true);
    expect(await sandbox.pause()).toBe(false);
    expect((await sandbox.getInfo()).state).toBe('paused');
    const again = await Sandbox.connect(sandbox.sandboxId, { ...connection(), timeoutMs: 120_000 });
    const info = await again.getInfo();
    expect(info.state).toBe('running');
    expect(info.endAt.getTime() - Date.now()).toBeGreaterThan(110_000);
    expect(Reflect.get(again, 'envdAccessToken')).toBe(Reflect.get(sandbox, 'envdAccessToken'));
    await again.connect({ timeoutMs: 10_000 });
    expect((await again.getInfo()).endAt).toEqual(info.endAt);
  });

  it('pauses without memory by a stop, and connect restarts it', async () => {
    const sandbox = await create();
    expect(await sandbox.pause({ keepMemory: false })).toBe(true);
    expect((await rowOf(sandbox.sandboxId)).state).toBe('stopped');
    expect((await sandbox.getInfo()).state).toBe('paused');
    await sandbox.connect();
    expect(await rowOf(sandbox.sandboxId)).toMatchObject({ state: 'running', incarnation: 2 });
  });

  it('pauses at the end of its time where it is asked to', async () => {
    const frozen = await create({ timeoutMs: 1_000, lifecycle: { onTimeout: 'pause', autoResume: true } });
    const stopped = await create({
      timeoutMs: 1_000,
      lifecycle: { onTimeout: { action: 'pause', keepMemory: false } },
    });
    expect((await frozen.getInfo()).lifecycle).toEqual({ onTimeout: 'pause', autoResume: true });
    await eventually('it is paused', async () => (await rowOf(frozen.sandboxId)).state === 'paused');
    await eventually('it is stopped', async () => (await rowOf(stopped.sandboxId)).state === 'stopped', 20_000);
    expect((await frozen.getInfo()).state).toBe('paused');
  });

  it('closes the traffic where it is asked to', async () => {
    const closed = await create({ network: { allowPublicTraffic: false } });
    expect(closed.trafficAccessToken).toMatch(/^\S{16,}$/);
    expect((await closed.getInfo()).network).toMatchObject({ allowPublicTraffic: false });
    expect((await create()).trafficAccessToken).toBeUndefined();
  });

  it('closes the internet where it is asked to', async () => {
    const closed = await create({ allowInternetAccess: false });
    expect((await closed.getInfo()).allowInternetAccess).toBe(false);
    expect((await rowOf(closed.sandboxId)).network).toEqual({ internet: false });
  });

  it('throws what the SDK has a class for', async () => {
    const wrongKey = { ...connection(), apiKey: `e2b_${'0'.repeat(40)}` };
    await expect(Sandbox.create('base', wrongKey)).rejects.toBeInstanceOf(sdk.AuthenticationError);
    await expect(Sandbox.connect('nosuch', connection())).rejects.toBeInstanceOf(sdk.SandboxNotFoundError);
    await expect(Sandbox.getInfo('nosuch', connection())).rejects.toBeInstanceOf(sdk.SandboxNotFoundError);
    await expect(Sandbox.pause('nosuch', connection())).rejects.toBeInstanceOf(sdk.SandboxNotFoundError);
    expect(await Sandbox.kill('nosuch', connection())).toBe(false);
    await expect(Sandbox.create('no-such-template', connection())).rejects.toThrow(
      /404: template 'no-such-template' not found/,
    );
    await expect(create({ timeoutMs: 1e13 })).rejects.toThrow(/^400: .*timeout/);
    await expect(create({ network: { denyOut: ['8.8.8.8'] } })).rejects.toThrow(/^400: network.denyOut/);
    await expect(create({ volumeMounts: { '/v': 'v' } })).rejects.toThrow(/^400: volumeMounts/);
  });

  it('says what it does not support', async () => {
    const sandbox = await create();
    await expect(sandbox.createSnapshot()).rejects.toThrow(/^501: Snapshotting/);
    await expect(Sandbox.listSnapshots(connection()).nextItems()).rejects.toThrow(/501/);
    await expect(sandbox.updateNetwork({ allowInternetAccess: false })).rejects.toThrow(/^501: Changing the network/);
    await expect(sdk.Volume.create('v', connection())).rejects.toThrow(/501/);
    await expect(sdk.Template.exists('base', connection())).rejects.toThrow(/501/);
    expect(await sandbox.getMetrics()).toBeInstanceOf(Array);
  });

  it('is told to come later when the quota is used up', async () => {
    const body = { tenant: run.slice(0, 12), role: 'user', name: 'one', quota: { sandboxes: 1 } };
    const key = await apiOf(service)('POST', '/v1/admin/keys', { body });
    expect(key.status, JSON.stringify(key.body)).toBe(201);
    const small = { ...connection(), apiKey: key.body.key, metadata: { run } };
    const first = await Sandbox.create('base', small);
    await expect(Sandbox.create('base', { ...small, retries: 0 })).rejects.toBeInstanceOf(sdk.RateLimitError);
    expect(await first.kill()).toBe(true);
  });
});
