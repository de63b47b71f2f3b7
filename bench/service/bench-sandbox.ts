import { type Inside, insideOf } from '../../test/support/dataplane/inside.ts';
import { containerOf } from '../../test/support/engine.ts';
import type { BenchService } from './bench-service.ts';
import { expectStatus } from './http-client.ts';
import { readView } from './sandbox-view.ts';

/** A sandbox of the base template that runs, with the engine's name for it. */
export interface BenchSandbox {
  readonly id: string;
  readonly containerId: string;
  /** Its container's address. */
  readonly address: string;
  /** Its access token. */
  readonly token: string;
  readonly inside: Inside;
}

/** Starts one without a lifetime; `more` adds to the body of the create. It goes with its service. */
export async function benchSandbox(service: BenchService, more: object = {}): Promise<BenchSandbox> {
  const body = JSON.stringify({ template: 'base', lifetime: { timeoutSeconds: null }, ...more });
  const created = await service.client().send('POST', '/v1/sandboxes', body);
  expectStatus(created, 201, 'the create');
  const { id } = readView(created);
  const connected = await service.client().send('POST', `/v2/sandboxes/${id}/connect`, '{}');
  expectStatus(connected, 200, 'the connect');
  const token = tokenOf(connected.body);
  const container = await containerOf(service.serviceId, id);
  const address = Object.values(container?.NetworkSettings.Networks ?? {})[0]?.IPAddress;
  if (container === undefined || address === undefined) throw new Error('the sandbox has no address');
  const inside = insideOf({ url: service.process().url }, id, token);
  return { id, containerId: container.Id, address, token, inside };
}

function tokenOf(body: unknown): string {
  const token: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'envdAccessToken') : undefined;
  if (typeof token !== 'string') throw new Error('the sandbox has no access token');
  return token;
}
