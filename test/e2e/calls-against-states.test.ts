import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, apiOf } from '../support/api.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const calls = ['stop', 'restart', 'pause', 'resume', 'delete', 'delete force', 'PATCH'] as const;
type Call = (typeof calls)[number];

// design/lifecycle.md, "Calls against states", for the states at rest: status, and the state afterwards.
const table = {
  running: ['200 stopped', '409 running', '200 paused', '200 running', '409 running', '204 deleted', '200 running'],
  paused: ['200 stopped', '409 paused', '200 paused', '200 running', '409 paused', '204 deleted', '200 paused'],
  stopped: ['200 stopped', '200 running', '409 stopped', '409 stopped', '204 deleted', '204 deleted', '200 stopped'],
  deleted: ['410 deleted', '410 deleted', '410 deleted', '410 deleted', '204 deleted', '204 deleted', '410 deleted'],
} as const;
const states = Object.keys(table) as (keyof typeof table)[]; // its own keys

/** Scenario 8 on a real engine; the working states are held on the memory engine (test/http/calls-against-states). */
describe.each(['embedded', 'memory'])('calls against states at rest with the live store %s', (liveStore) => {
  let service: ServiceProcess;
  let api: Api;
  beforeAll(async () => {
    service = await startService({ SANDGLASS_REDIS_URL: liveStore });
    api = apiOf(service);
  });
  afterAll(() => service?.dispose());

  const ask = (id: string, call: Call) => {
    const path = `/v1/sandboxes/${id}`;
    if (call === 'delete') return api('DELETE', path);
    if (call === 'delete force') return api('DELETE', `${path}?force=true`);
    if (call === 'PATCH') return api('PATCH', path, { body: { labels: { a: '1' } } });
    return api('POST', `${path}/${call}`);
  };
  const sandboxIn = async (state: keyof typeof table): Promise<string> => {
    const { body } = await api('POST', '/v1/sandboxes', { body: { image: 'sandglass-busybox:latest' } });
    if (state === 'paused') await ask(body.id, 'pause');
    if (state === 'stopped') await ask(body.id, 'stop');
    if (state === 'deleted') await ask(body.id, 'delete force');
    return body.id;
  };

  it.each(states)('%s', async (state) => {
    const answers = await Promise.all(
      calls.map(async (call) => {
        const id = await sandboxIn(state);
        const { status } = await ask(id, call);
        const { body } = await api('GET', `/v1/sandboxes/${id}`);
        await ask(id, 'delete force');
        return `${status} ${body.state}`;
      }),
    );
    expect(answers).toEqual(table[state]);
  });
});
