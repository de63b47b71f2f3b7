import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf } from '../support/api.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';
import { type OwnEngine, ownEngine } from '../support/world/own-engine.ts';

const IMAGE = 'sandglass-busybox:latest';
/** Of 16 addresses, one is the network's, one the gateway's, one kept for a service in a container, one the broadcast's. */
const SUBNET = '10.77.0.0/28';
const MOST = 12;

let engine: OwnEngine | string;
let service: ServiceProcess | undefined;

beforeAll(async () => {
  engine = await ownEngine(IMAGE);
  if (typeof engine === 'string') return;
  service = await startService({
    SANDGLASS_DOCKER_HOST: engine.dockerHost,
    SANDGLASS_ENGINE_ADDRESS: engine.address,
    SANDGLASS_BASE_IMAGE: IMAGE,
    SANDGLASS_OPEN_SUBNET: SUBNET,
  });
}, 120_000);
afterAll(async () => {
  await service?.dispose();
  if (typeof engine === 'object') await engine.remove();
});

describe('an address', () => {
  it('of a deleted sandbox is given to no other one within its quarantine, even when there is none left', async ({
    skip,
  }) => {
    if (typeof engine === 'string') return skip(`this machine permits no engine of its own: ${engine}`);
    if (service === undefined) throw new Error('there is no service');
    const api = apiOf(service);
    const seen: string[] = [];
    for (let i = 0; i < MOST; i++) {
      const made = await api('POST', '/v2/sandboxes', { body: {} });
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      const id = made.body.sandboxID;
      const ran = await api('POST', `/v1/sandboxes/${id}/exec`, { body: { command: ['hostname', '-i'] } });
      seen.push(ran.body.stdout.trim());
      expect((await api('DELETE', `/sandboxes/${id}`)).status).toBe(204);
    }
    expect(new Set(seen).size, seen.join()).toBe(MOST);
    const refused = await api('POST', '/v1/sandboxes', { body: {} });
    expect(refused.status, JSON.stringify(refused.body)).toBeGreaterThanOrEqual(502);
    expect(refused.body.detail).toMatch(/no free address/);
  });
});
