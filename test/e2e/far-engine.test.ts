import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, apiOf, eventually } from '../support/api.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';
import { type OwnEngine, ownEngine } from '../support/world/own-engine.ts';

const IMAGE = 'sandglass-busybox:latest';
const WEB = [
  'sh',
  '-c',
  'mkdir -p /tmp/www && echo far away > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www',
];
const run = promisify(execFile);

let engine: OwnEngine | string;
let service: ServiceProcess | undefined;
let api: Api;

beforeAll(async () => {
  engine = await ownEngine(IMAGE);
  if (typeof engine === 'string') return;
  service = await startService({
    SANDGLASS_REDIS_URL: 'memory',
    SANDGLASS_DOCKER_HOST: engine.dockerHost,
    SANDGLASS_ENGINE_ADDRESS: engine.address,
  });
  api = apiOf(service);
}, 60_000);

afterAll(async () => {
  await service?.dispose();
  if (typeof engine !== 'string') await engine.remove();
}, 60_000);

const far = (title: string, test: () => Promise<void>) =>
  it(title, async ({ skip }) => {
    if (typeof engine === 'string') return skip(engine);
    await test();
  });

const inside = (id: string, port: number, path: string) =>
  fetch(`${service?.url}${path}`, { headers: { 'e2b-sandbox-id': id, 'e2b-sandbox-port': String(port) } });

far('an engine whose containers cannot be reached publishes the agent alone, and all ports are reached', async () => {
  const started = await api('POST', '/v1/sandboxes', { body: { id: 'far1', image: IMAGE, command: WEB } });
  expect([started.status, started.body.detail]).toEqual([201, undefined]);
  expect((await inside('far1', 49983, '/health')).status).toBe(204);
  const page = await eventually('the page', async () => {
    const answer = await inside('far1', 8080, '/');
    return answer.status === 200 && answer.text();
  });
  expect(page).toBe('far away\n');
  const closed = await inside('far1', 8081, '/');
  expect([closed.status, closed.headers.get('x-sandglass-error') !== null]).toEqual([502, true]);
});

far('its port is read back after each restart', async () => {
  for (const incarnation of [2, 3]) {
    expect((await api('POST', '/v1/sandboxes/far1/stop', { body: { graceSeconds: 1 } })).status).toBe(200);
    expect((await inside('far1', 49983, '/health')).status).toBe(502);
    const restarted = await api('POST', '/v1/sandboxes/far1/restart');
    expect(restarted.body).toMatchObject({ state: 'running', incarnation });
    expect((await inside('far1', 49983, '/health')).status).toBe(204);
  }
});

far('a sandbox without internet is refused there, with what to do', async () => {
  const answer = await api('POST', '/v1/sandboxes', { body: { image: IMAGE, network: { internet: false } } });
  expect(answer.status).toBe(502);
  expect(answer.body.detail).toContain('without internet');
});

far('the doctor and the list of engines say how agents are reached', async () => {
  const reached = `by ports published on ${typeof engine === 'string' ? '' : engine.address}`;
  expect((await api('GET', '/v1/engines')).body.items[0].agentsReached).toBe(reached);
  const env = {
    ...{ PATH: process.env['PATH'], SANDGLASS_DATA_DIR: service?.dataDir },
    SANDGLASS_DOCKER_HOST: typeof engine === 'string' ? '' : engine.dockerHost,
    SANDGLASS_ENGINE_ADDRESS: typeof engine === 'string' ? '' : engine.address,
  };
  const doctor = await run(process.execPath, ['dist/cli.js', 'doctor'], { env }).catch(
    (error: { stdout: string }) => error,
  );
  expect(doctor.stdout).toContain(reached);
});
