import { bodyWith } from './checked-body.ts';
import { openConnection } from './connection.ts';
import type { ConnectionOptions } from './connection-options.ts';
import type {
  CapacityHistoryView,
  CapacityView,
  PoolView,
  RequestCountsView,
  SandboxStart,
  StartSignature,
} from './wire.ts';

/** The warm containers of the service, by signature: those of images that the key may start. */
export async function pool(options: ConnectionOptions = {}): Promise<PoolView> {
  const { body } = await openConnection(options).ask({ method: 'GET', path: '/v1/pool', isRepeatable: true });
  return bodyWith<PoolView>(body, 'items');
}

/**
 * By what such a start would find its warm container; it is not done. Throws `not_found` for an image that the engine
 * does not have yet, and what the start itself would be refused with.
 */
export async function poolSignature(
  start: SandboxStart = {},
  options: ConnectionOptions = {},
): Promise<StartSignature> {
  const call = { method: 'POST', path: '/v1/pool/signature', body: start, isRepeatable: true } as const;
  const { body } = await openConnection(options).ask(call);
  return bodyWith<StartSignature>(body, 'signature');
}

/** The room for sandboxes on the engine. */
export async function capacity(options: ConnectionOptions = {}): Promise<CapacityView> {
  const { body } = await openConnection(options).ask({ method: 'GET', path: '/v1/capacity', isRepeatable: true });
  return bodyWith<CapacityView>(body, 'reservedMb');
}

/** Memory of the engine over the last hour: a point each 15 seconds, oldest first. */
export async function capacityHistory(options: ConnectionOptions = {}): Promise<CapacityHistoryView> {
  const call = { method: 'GET', path: '/v1/capacity/history', isRepeatable: true } as const;
  const { body } = await openConnection(options).ask(call);
  return bodyWith<CapacityHistoryView>(body, 'points');
}

/** How often each route was asked since the service began: by keys of the tenant, for administrators by everybody. */
export async function requestCounts(options: ConnectionOptions = {}): Promise<RequestCountsView> {
  const { body } = await openConnection(options).ask({ method: 'GET', path: '/v1/requests', isRepeatable: true });
  return bodyWith<RequestCountsView>(body, 'items');
}
