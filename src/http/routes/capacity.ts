import { type CapacityView, capacitySchema } from '../../contract/capacity.ts';
import type { OperationDeps } from '../../operations/deps.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';

export function addCapacityRoute(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/capacity', operationId: 'getCapacity', tag: 'Operations' },
      summary: 'The room for sandboxes on the engine',
      answers: { 200: { description: 'As it is now', schema: capacitySchema } },
    },
    ({ c }) => c.json(capacityView(http.deps.operations.capacity.status()), 200),
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
