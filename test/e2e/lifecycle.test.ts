import { closeSync, openSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxInfoFields } from '../../src/domain/sandbox-info.ts';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { containerOf, engine, execIn, serviceIdOf } from '../support/engine.ts';
import { liveHash } from '../support/live-keys.ts';
import { sqlRow } from '../support/rows-of.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const IMAGE = 'sandglass-busybox:latest';

/** The scenarios of design/lifecycle.md that are about one sandbox, on a real engine, by their numbers. */
describe.each(['embedded', 'memory'])('a sandbox with the live store %s', (liveStore) => {
  let service: ServiceProcess;
  let api: Api;
  let serviceId: string;
  beforeAll(async () => {
    service = await startService({ SANDGLASS_REDIS_URL: liveStore });
    api = apiOf(service);
    serviceId = serviceIdOf(service.dataDir);
  });
  afterAll(() => service?.dispose());

  const start = async (body: object = {}) => {
    const answer = await api('POST', '/v1/sandboxes', { body: { image: IMAGE, ...body } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body;
  };
  const container = async (id: string) => {
    const found = await containerOf(serviceId, id);
    if (found === undefined) throw new Error(`sandbox ${id} has no container`);
    return engine.getContainer(found.Id).inspect();
  };
  const isRedis = liveStore === 'embedded';
  const live = async (id: string) => (isRedis ? liveHash(service.dataDir, id) : {});

  it('1: starts, and tells so in order', async () => {
    const begun = Date.now();
    const answer = await api('POST', '/v1/sandboxes', { body: {} });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/v1/sandboxes/${answer.body.id}`);
    expect(answer.body).toMatchObject({ state: 'running', template: 'base', incarnation: 1, reason: null });
    const created = Date.parse(answer.body.createdAt);
    const started = Date.parse(answer.body.startedAt);
    expect(created).toBeGreaterThanOrEqual(begun);
    expect(started).toBeGreaterThanOrEqual(created);
    expect(Date.parse(answer.body.deadlines.stopAt)).toBe(started + 300_000);
    const history = await api('GET', `/v1/sandboxes/${answer.body.id}/history`);
    expect(history.body.items.map((item: { to: string }) => item.to)).toEqual(['pending', 'running']);
    expect((await container(answer.body.id)).State.Running).toBe(true);
  });

  it('5: a stop archives the live info, evicts it, and keeps the container', async () => {
    const { id } = await start({ labels: { team: 'a' } });
    const before = await live(id);
    if (isRedis) expect(before).toMatchObject({ id, state: 'running', incarnation: '1', image: IMAGE });
    const stopped = await api('POST', `/v1/sandboxes/${id}/stop`);
    expect(stopped.status).toBe(200);
    expect(stopped.body).toMatchObject({ state: 'stopped', reason: { code: 'requested', exitCode: 143 } });
    expect(stopped.body.deadlines.next.action).toBe('delete');
    if (isRedis) expect(await live(id)).toEqual({});
    const snapshot = JSON.parse(String(sqlRow(service.dataDir, id)?.['snapshot']));
    expect(Object.keys(snapshot).sort()).toEqual([...sandboxInfoFields].sort());
    expect(snapshot).toMatchObject({ id, state: 'stopped', incarnation: 1, labels: { team: 'a' } });
    if (isRedis) {
      const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
      for (const [field, value] of Object.entries(before)) {
        if (field !== 'state') expect(asText(snapshot[field]), field).toBe(value);
      }
    }
    const { State } = await container(id);
    expect(State).toMatchObject({ Running: false, Status: 'exited' });
  });

  it('6: 20 stops at once are one stop of the engine and one event, and all succeed', async () => {
    const { id } = await start({ command: ['sh', '-c', 'trap "sleep 0.3; exit 0" TERM; while :; do sleep 0.1; done'] });
    const signals = await countEngineEvents(serviceId, id, 'kill', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => api('POST', `/v1/sandboxes/${id}/stop`)));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      const deadlines = new Set(answers.map(({ body }) => body.deadlines.deleteAt));
      expect(deadlines.size).toBe(1);
    });
    expect(signals).toBe(1);
    const history = await api('GET', `/v1/sandboxes/${id}/history`);
    const stops = history.body.items.filter(({ event }: { event: string }) => event === 'STOP_REQUESTED');
    expect(stops).toHaveLength(1);
    const again = await api('POST', `/v1/sandboxes/${id}/stop`);
    expect(again.body.version).toBe((await api('GET', `/v1/sandboxes/${id}`)).body.version);
  });

  it('7: a restart finds the files again and no processes, in a new incarnation with a new lifetime', async () => {
    const { id, deadlines } = await start({ lifetime: { timeoutSeconds: 600 } });
    const first = await container(id);
    await execIn(first.Id, ['sh', '-c', 'echo kept > /kept; (sleep 1000 &)']);
    await api('POST', `/v1/sandboxes/${id}/stop`);
    const restarted = await api('POST', `/v1/sandboxes/${id}/restart`);
    expect(restarted.status).toBe(200);
    expect(restarted.body).toMatchObject({ state: 'running', incarnation: 2, reason: null, stoppedAt: null });
    expect(restarted.body.deadlines.deleteAt).toBeNull();
    expect(Date.parse(restarted.body.deadlines.stopAt)).toBeGreaterThan(Date.parse(deadlines.stopAt));
    const second = await container(id);
    expect(second.Id).toBe(first.Id);
    expect(addressOf(second)).toBe(addressOf(first));
    expect((await execIn(second.Id, ['cat', '/kept'])).trim()).toBe('kept');
    expect(await execIn(second.Id, ['ps'])).not.toContain('sleep 1000');
    if (isRedis) expect(await live(id)).toMatchObject({ state: 'running', incarnation: '2' });
  });

  it('9: 20 restarts at once are one start of the engine, and end running', async () => {
    const { id } = await start();
    await api('POST', `/v1/sandboxes/${id}/stop`);
    const starts = await countEngineEvents(serviceId, id, 'start', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => api('POST', `/v1/sandboxes/${id}/restart`)));
      // A call that comes when it runs already is told so.
      expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    });
    expect(starts).toBe(1);
    expect((await api('GET', `/v1/sandboxes/${id}`)).body).toMatchObject({ state: 'running', incarnation: 2 });
  });

  it('11: a delete takes container and live key; live ones only by force', async () => {
    const { id } = await start();
    const live409 = await api('DELETE', `/v1/sandboxes/${id}`);
    expect(live409.status).toBe(409);
    expect(live409.body).toMatchObject({ code: 'conflict', state: 'running' });
    expect((await container(id)).State.Running).toBe(true);
    await api('POST', `/v1/sandboxes/${id}/stop`);
    expect((await api('DELETE', `/v1/sandboxes/${id}`)).status).toBe(204);
    expect(await containerOf(serviceId, id)).toBeUndefined();
    expect((await api('DELETE', `/v1/sandboxes/${id}`)).status).toBe(204);
    expect((await api('GET', `/v1/sandboxes/${id}`)).body.state).toBe('deleted');
    const forced = await start();
    expect((await api('DELETE', `/v1/sandboxes/${forced.id}?force=true`)).status).toBe(204);
    expect(await containerOf(serviceId, forced.id)).toBeUndefined();
    if (isRedis) expect(await live(forced.id)).toEqual({});
  });

  it('13: status reads while a stop completes never bring live info back', async () => {
    const { id } = await start();
    let isReading = true;
    const reader = (async () => {
      while (isReading) await api('GET', `/v1/sandboxes/${id}`);
    })();
    await api('POST', `/v1/sandboxes/${id}/stop`);
    if (isRedis) expect(await live(id)).toEqual({});
    await new Promise((resolve) => setTimeout(resolve, 200));
    isReading = false;
    await reader;
    if (isRedis) expect(await live(id)).toEqual({});
    expect((await api('GET', `/v1/sandboxes/${id}`)).body.state).toBe('stopped');
  });

  it('17: what ends from outside is told as it ended, within 2 s', async () => {
    const killed = await start();
    const begun = Date.now();
    await engine.getContainer((await container(killed.id)).Id).kill();
    const crashed = await eventually('stopped', async () => {
      const { body } = await api('GET', `/v1/sandboxes/${killed.id}`);
      return body.state === 'stopped' && body;
    });
    expect(Date.now() - begun).toBeLessThan(2_000);
    expect(crashed.reason).toMatchObject({ code: 'crashed', exitCode: 137, signal: 'SIGKILL' });
    const hog = ['sh', '-c', 'sleep 0.3; a=x; while :; do a=$a$a$a$a; done'];
    // In a small one the agent may be the largest.
    for (const [memoryMb, chosen, mib] of [
      [16, '(sh|sandglass-agent)', '\\d+'],
      [96, 'sh', '[1-9]\\d'],
    ] as const) {
      const { id } = await start({ command: hog, resources: { memoryMb } });
      const { reason } = await eventually('stopped', async () => {
        const { body } = await api('GET', `/v1/sandboxes/${id}`);
        return body.state === 'stopped' && body;
      });
      expect(reason).toMatchObject({ code: 'oom_killed', exitCode: 137, oomKilled: true });
      const words = new RegExp(`used all its memory\\. It chose ${chosen}, which had ${mib} MiB\\.$`);
      if (isKernelLogReadable()) expect(reason.message).toMatch(words);
    }
  });
});

function isKernelLogReadable(): boolean {
  try {
    closeSync(openSync('/dev/kmsg', 'r'));
    return true;
  } catch {
    return false;
  }
}

function addressOf({ NetworkSettings }: { NetworkSettings: { Networks: Record<string, { IPAddress: string }> } }) {
  return NetworkSettings.Networks['sandglass-open']?.IPAddress;
}

/** How many events of one kind the engine tells of a sandbox while `work` runs. */
async function countEngineEvents(
  serviceId: string,
  id: string,
  kind: string,
  work: () => Promise<void>,
): Promise<number> {
  const found = await containerOf(serviceId, id);
  if (found === undefined) throw new Error(`sandbox ${id} has no container`);
  const since = Date.now() / 1000;
  await work();
  const until = Date.now() / 1000;
  const filters = { container: [found.Id], event: [kind] };
  const events = await engine.getEvents({ since, until, filters });
  let count = 0;
  for await (const chunk of events)
    count += String(chunk)
      .split('\n')
      .filter((line) => line !== '').length;
  return count;
}
