import { EventEmitter, once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createAdminApp } from '../../src/http/admin-app.ts';
import { type Listener, listen } from '../../src/http/listen.ts';
import { eventually } from '../support/api.ts';
import { memoryService } from '../support/memory-service.ts';

const metricsText = async () => '';

/** Keeps the process busy under its own name, as long as the profile is not there. */
async function burnUntilProfiled(answer: Promise<Response>): Promise<Response> {
  let isOver = false;
  void answer.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const endMs = performance.now() + 5;
    while (performance.now() < endMs) Math.hypot(endMs, 3);
    await new Promise(setImmediate);
  }
  return answer;
}

let listener: Listener | undefined;
afterEach(async () => {
  await listener?.close(100);
  listener = undefined;
});

describe('GET /debug/cpu-profile', () => {
  it('answers a .cpuprofile with the functions that were busy, for so many seconds', async () => {
    const app = createAdminApp({ metricsText });
    const beganMs = performance.now();
    const answer = await burnUntilProfiled(Promise.resolve(app.request('/debug/cpu-profile?seconds=1')));
    expect(performance.now() - beganMs).toBeGreaterThan(950);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toContain('sandglass.cpuprofile');
    const profile = JSON.parse(await answer.text());
    expect(Object.keys(profile).sort()).toEqual(['endTime', 'nodes', 'samples', 'startTime', 'timeDeltas']);
    expect(profile.endTime - profile.startTime).toBeGreaterThan(900_000);
    expect(profile.samples.length).toBe(profile.timeDeltas.length);
    const names = profile.nodes.map((node: { callFrame: { functionName: string } }) => node.callFrame.functionName);
    expect(names).toContain('burnUntilProfiled');
  });

  it('takes one at a time: 409 while another one runs, and again afterwards', async () => {
    const app = createAdminApp({ metricsText });
    const first = app.request('/debug/cpu-profile?seconds=1');
    const refused = await app.request('/debug/cpu-profile?seconds=1');
    expect(refused.status).toBe(409);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await refused.json()).toMatchObject({ code: 'conflict', status: 409 });
    expect((await first).status).toBe(200);
    expect((await app.request('/debug/cpu-profile?seconds=1')).status).toBe(200);
  });

  it('refuses what is no whole number of 1 to 300 seconds', async () => {
    const app = createAdminApp({ metricsText });
    for (const seconds of ['0', '301', '-1', '1.5', 'x', '', '1e2', '9999']) {
      const answer = await app.request(`/debug/cpu-profile?seconds=${seconds}`);
      expect([seconds, answer.status]).toEqual([seconds, 400]);
      expect(await answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ path: 'query.seconds' }] });
    }
  });

  it('ends with the caller who went away: the next one is not refused', async () => {
    const app = createAdminApp({ metricsText });
    const door = new EventEmitter();
    const come = once(door, 'request');
    const asking = (request: Request) => {
      const answer = app.fetch(request);
      door.emit('request');
      return answer;
    };
    listener = await listen({ fetch: asking, host: '127.0.0.1', port: 0, blockedSubnets: [] });
    const leaving = new AbortController();
    const url = `http://127.0.0.1:${listener.port}/debug/cpu-profile?seconds=300`;
    const asked = fetch(url, { signal: leaving.signal });
    await come;
    expect((await app.request('/debug/cpu-profile?seconds=1')).status).toBe(409);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await eventually('the next is taken', async () => {
      return (await app.request('/debug/cpu-profile?seconds=1')).status === 200;
    });
  });

  it('is not there for callers of the API', async () => {
    const service = await memoryService();
    try {
      expect((await service.admin.get('/debug/cpu-profile?seconds=1')).status).toBe(404);
    } finally {
      await service.close();
    }
  });
});
