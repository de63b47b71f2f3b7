import { expect, it } from 'vitest';
import { apiOf, eventually } from '../support/api.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';
import { ownEngine } from '../support/world/own-engine.ts';

const IMAGE = 'sandglass-busybox:latest';

it('23: after a restart of dockerd, on which all containers die, every row is right and every sandbox restartable', async ({
  skip,
}) => {
  const engine = await ownEngine(IMAGE);
  if (typeof engine === 'string') {
    console.warn(`SKIPPED 23 (dockerd restarted): no dockerd of our own can be run here: ${engine}`);
    return skip(engine);
  }
  let service: ServiceProcess | undefined;
  try {
    service = await startService({
      SANDGLASS_REDIS_URL: 'memory',
      SANDGLASS_DOCKER_HOST: engine.dockerHost,
      SANDGLASS_ENGINE_ADDRESS: engine.address,
      // Only the reconnect may find out.
      SANDGLASS_RECONCILE_SECONDS: '3600',
    });
    const api = apiOf(service);
    const ids = { running: 'running1', asked: 'asked1', paused: 'paused1', stopped: 'stopped1' } as const;
    for (const id of Object.values(ids)) {
      const answer = await api('POST', '/v1/sandboxes', { body: { id, image: IMAGE } });
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    }
    await api('POST', `/v1/sandboxes/${ids.paused}/pause`);
    await api('POST', `/v1/sandboxes/${ids.stopped}/stop`, { body: { graceSeconds: 0 } });
    const view = async (id: string) => (await api('GET', `/v1/sandboxes/${id}`)).body;

    await engine.stop();
    // A start in the moment before the service hears of it is taken, and done once the engine is back.
    const metrics = async () => (await fetch(`${service?.adminUrl}/metrics`)).text();
    await eventually('the loss is known', async () => /^sandglass_engine_up 0$/m.test(await metrics()), 10_000);
    const refused = await api('POST', '/v1/sandboxes', { body: { image: IMAGE } });
    expect([refused.status, refused.body.code]).toEqual([503, 'engine_unavailable']);
    // Taken without an engine: 202 and done when it is back, or 200 where its end was heard of before.
    const asked = await api('POST', `/v1/sandboxes/${ids.asked}/stop`);
    expect(['202 stopping', '200 stopped']).toContain(`${asked.status} ${asked.body.state}`);
    await engine.start();

    for (const id of Object.values(ids)) {
      await eventually(`${id} stopped`, async () => (await view(id)).state === 'stopped', 20_000);
    }
    const reasons = async () =>
      Promise.all(Object.values(ids).map(async (id) => (await view(id)).reason.code as string));
    const [running = '', askedFor, paused = '', stopped] = await reasons();
    expect(stopped).toBe('requested');
    // dockerd tells of some deaths while it shuts down: those are crashes, the others are found afterwards.
    expect(['engine_lost', 'crashed', 'exited']).toContain(running);
    expect(['engine_lost', 'crashed', 'exited']).toContain(paused);
    expect(['requested', 'crashed', 'exited']).toContain(askedFor);
    for (const id of Object.values(ids)) {
      const restarted = await eventually(
        `${id} restarted`,
        async () => {
          const answer = await api('POST', `/v1/sandboxes/${id}/restart`);
          return answer.status === 200 && answer;
        },
        15_000,
      );
      expect(restarted.body, id).toMatchObject({ state: 'running', incarnation: 2 });
    }
    for (const id of Object.values(ids)) {
      expect((await api('DELETE', `/v1/sandboxes/${id}?force=true`)).status).toBe(204);
    }
  } finally {
    await service?.dispose();
    await engine.remove();
  }
});
