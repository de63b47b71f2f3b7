import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/api.ts';
import { containerOf, engine } from '../support/engine.ts';
import { BUSYBOX, type PoolProbe, poolProbe, startPoolService, templatesFile } from '../support/pool-service.ts';
import type { ServiceProcess } from '../support/service-process.ts';

const FLOOR = 3;
const MIB = 1024 * 1024;

describe('a claimed slot on a real engine', () => {
  let service: ServiceProcess;
  let probe: PoolProbe;
  beforeAll(async () => {
    service = await startPoolService({ SANDGLASS_POOL: `base=${FLOOR}` });
    probe = poolProbe(service);
    await probe.full(FLOOR);
  });
  afterAll(() => service?.dispose());

  const inspected = async (id: string) => {
    const container = await containerOf(probe.serviceId, id);
    return engine.getContainer(container?.Id ?? '').inspect();
  };

  it('really has the limits that were asked for', async () => {
    const resources = { memoryMb: 300, cpus: 0.5, pids: 77 };
    const { status, body } = await probe.start({ resources });
    expect([status, body.start.path, body.resources]).toEqual([201, 'warm', { ...resources, diskMb: null }]);
    const { HostConfig, Id } = await inspected(body.id);
    expect(HostConfig).toMatchObject({ Memory: 300 * MIB, MemorySwap: 300 * MIB, PidsLimit: 77 });
    expect(HostConfig.NanoCpus ?? 0).toBe(500_000_000);
    // What the kernel holds it to, where this machine shows it.
    const v1 = `/sys/fs/cgroup/memory/docker/${Id}/memory.limit_in_bytes`;
    if (existsSync(v1)) expect(Number(readFileSync(v1, 'utf8'))).toBe(300 * MIB);
    await probe.remove(body.id);
  });

  it('runs as the user, with the environment and in the folder of the claim', async () => {
    await probe.full(1);
    const wish = { env: { WHO: 'me', EMPTY: '' }, user: 'root', workdir: '/tmp', labels: { a: 'b' } };
    const { status, body } = await probe.start(wish);
    expect([status, body.start.path, body.labels]).toEqual([201, 'warm', { a: 'b' }]);
    expect(await probe.said(body.id, 'echo "$WHO $(id -un) $(pwd)"')).toBe('me root /tmp');
    await probe.remove(body.id);
    // And without them as the image says.
    await probe.full(1);
    const plain = await probe.start();
    expect(await probe.said(plain.body.id, 'echo "$WHO $(id -un)"')).toBe('user');
    await probe.remove(plain.body.id);
  });

  it('is labelled with the signature that the pool shows, as is a cold one of its kind', async () => {
    await probe.full(1);
    const { body: warm } = await probe.start();
    const { body: cold } = await probe.start({ id: 'cold' });
    const { body: other } = await probe.start({ id: 'other', network: { internet: false } });
    const [shown] = (await probe.api('GET', '/v1/pool')).body.items;
    const labels = [warm, cold, other].map(
      async ({ id }) => (await inspected(id)).Config.Labels['sandglass.signature'],
    );
    const [ofWarm, ofCold, ofOther] = await Promise.all(labels);
    expect([ofWarm, ofCold]).toEqual([shown.signature, shown.signature]);
    expect(ofOther).toMatch(/^[0-9a-f]{8}$/);
    expect(ofOther).not.toBe(shown.signature);
    for (const { id } of [warm, cold, other]) await probe.remove(id);
  });

  it('has the name and address that it had as a slot', async () => {
    await probe.full(1);
    const { body } = await probe.start();
    const { Name, Config } = await inspected(body.id);
    expect(Name).toContain(body.id);
    expect(await probe.said(body.id, 'hostname')).toBe(Config.Hostname);
    await probe.remove(body.id);
  });

  it('whose command ends at once is a failed start with its code, and leaves nothing that runs', async () => {
    await probe.full(1);
    const { status, body } = await probe.start({ command: ['sh', '-c', 'echo why; exit 7'] });
    expect([status, body.code, body.exitCode]).toEqual([502, 'start_failed', 7]);
    expect(body.logTail).toContain('why');
    const container = await containerOf(probe.serviceId, body.id);
    expect(container?.State ?? 'none').not.toBe('running');
    const view = await probe.api('GET', `/v1/sandboxes/${body.id}`);
    expect(view.body).toMatchObject({ state: 'stopped', reason: { code: 'start_failed', exitCode: 7 } });
    await probe.remove(body.id);
  });

  it('with a command runs that, and ends with it', async () => {
    await probe.full(1);
    const { status, body } = await probe.start({ command: ['sh', '-c', 'sleep 0.4; exit 3'] });
    expect([status, body.state, body.start.path]).toEqual([201, 'running', 'warm']);
    const ended = await eventually('it ends', async () => {
      const view = (await probe.api('GET', `/v1/sandboxes/${body.id}`)).body;
      return view.state === 'stopped' && view;
    });
    expect(ended.reason).toMatchObject({ code: 'crashed', exitCode: 3 });
    await probe.remove(body.id);
  });

  it('that is dead gives way to a fresh container, also when nobody told of its death', async () => {
    await probe.full(FLOOR);
    const slots = probe.rows().filter(({ state }) => state === 'warm');
    await Promise.all(slots.map(({ container_id: id }) => engine.getContainer(id ?? '').kill()));
    const started = (await Promise.all([probe.start(), probe.start()])).map((answer) => answer.body);
    expect(started.map(({ state }) => state)).toEqual(['running', 'running']);
    for (const { id } of started) {
      expect(await probe.said(id, 'echo here')).toBe('here');
      await probe.remove(id);
    }
  });

  it('is durable with the answer that does not wait: a kill -9 right after it loses nothing', async () => {
    await probe.full(2);
    const asked = await Promise.all(['one', 'two'].map((WHO) => probe.start({ env: { WHO }, wait: false })));
    await service.kill();
    expect(asked.map(({ status }) => status)).toEqual([202, 202]);
    service = await service.again();
    probe = poolProbe(service);
    for (const [at, WHO] of ['one', 'two'].entries()) {
      const id: string = asked[at]?.body.id;
      await eventually(
        `${id} runs`,
        async () => (await probe.api('GET', `/v1/sandboxes/${id}`)).body.state === 'running',
      );
      expect(await probe.said(id, 'echo $WHO')).toBe(WHO);
      await probe.remove(id);
    }
    await probe.full(FLOOR);
    await probe.agree();
  });
});

describe('reuse keys and tiers on a real engine', () => {
  let service: ServiceProcess;
  let probe: PoolProbe;
  const names = ['plain', 'sudo', 'small', 'small-sudo'] as const;
  let templates: ReturnType<typeof templatesFile> | undefined;
  // All of one image: what is in the signature besides makes four of them.
  const wanted = [
    ...names.map((name) => ({
      ...{ name, image: BUSYBOX, sudo: name.endsWith('sudo') },
      ...(name.startsWith('small') ? { resources: { diskMb: 64 } } : {}),
    })),
    { name: 'kept', image: BUSYBOX, resources: { diskMb: 128 }, floor: 2 },
  ];
  beforeAll(async () => {
    templates = templatesFile(wanted);
    service = await startPoolService({ SANDGLASS_TEMPLATES: templates.path, SANDGLASS_POOL_HOT_FLOOR: '0' });
    probe = poolProbe(service);
    await probe.full(2, 'kept');
  });
  afterAll(async () => {
    await service?.dispose();
    templates?.remove();
  });

  it('4 templates with a reuse key each, 5 starts of each in any order: 4 new, 16 reuses, 4 promotions', async () => {
    const order = shuffled(names.flatMap((name) => Array<string>(5).fill(name)));
    const answers: Record<string, { status: number; id: string }[]> = {};
    for (const template of order) {
      const { status, body } = await probe.start({ template, reuseKey: `of-${template}` });
      answers[template] = [...(answers[template] ?? []), { status, id: body.id }];
    }
    for (const name of names) {
      expect(answers[name]?.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200]);
      expect(new Set(answers[name]?.map(({ id }) => id)).size).toBe(1);
    }
    expect(await probe.metric('sandglass_create_duration_seconds_count', 'path="reuse"')).toBe(16);
    expect(await probe.metric('sandglass_create_duration_seconds_count', 'path="cold"')).toBe(4);
    expect(await probe.metric('sandglass_pool_tier_changes_total', 'change="promoted"')).toBe(4);
  });

  it('20 paced creates of a template whose floor is full are 20 hits', async () => {
    const hits = () => probe.metric('sandglass_pool_claims_total', 'outcome="hit"');
    const before = await hits();
    for (let i = 0; i < 20; i += 1) {
      await probe.full(1, 'kept');
      const { status, body } = await probe.start({ template: 'kept' });
      expect([status, body.start.path]).toEqual([201, 'warm']);
      await probe.remove(body.id);
    }
    expect((await hits()) - before).toBe(20);
  });
});

/** Any order, the same every time. */
function shuffled(names: readonly string[]): readonly string[] {
  return names
    .map((name, at) => ({ name, place: (at * 7_919 + 13) % 20 }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ name }) => name);
}
