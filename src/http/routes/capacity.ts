import { type CapacityView, capacityHistorySchema, capacitySchema } from '../../contract/capacity.ts';
import type { OperationDeps } from '../../operations/deps.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';
import { isoInstant } from '../instants.ts';

const tag = 'Operations';

export function addCapacityRoutes(http: Http): void {
  const { capacity } = http.deps.operations;
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/capacity', operationId: 'getCapacity', tag },
      summary: 'The room for sandboxes on the engine',
      answers: { 200: { description: 'As it is now', schema: capacitySchema } },
    },
    ({ c }) => c.json(capacityView(capacity.status()), 200),
  );
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/capacity/history', operationId: 'getCapacityHistory', tag },
      summary: 'Memory of the engine over the last hour',
      answers: { 200: { description: 'Oldest first', schema: capacityHistorySchema } },
    },
    ({ c }) => c.json({ points: capacity.history().map(({ atMs, ...mb }) => ({ at: isoInstant(atMs), ...mb })) }, 200),
  );
}

function capacityView(status: ReturnType<OperationDeps['capacity']['status']>): CapacityView {
  const { disk, engine, memoryMb, overcommit, pressure, refuses, reservedMb, waiting } = status;
  return {
    ...{ engine, memoryMb, overcommit, reservedMb, waiting, refuses },
    limitMb: memoryMb === null ? null : Math.floor(memoryMb * overcommit),
    pressure: pressure && { ...pressure },
    disk: disk && { freeMb: disk.freeMb, totalMb: disk.totalMb, guarded: disk.isGuarded },
  };
}
