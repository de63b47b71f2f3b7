import { type EngineView, engineListSchema } from '../../contract/engine.ts';
import { isSandboxError } from '../../domain/errors.ts';
import type { OperationDeps } from '../../operations/deps.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';

export function addEngineRoutes(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/engines', operationId: 'listEngines', tag: 'Operations' },
      summary: 'The container engines and what they can do',
      answers: { 200: { description: 'All engines, reachable or not', schema: engineListSchema } },
    },
    async ({ c }) => c.json({ items: [await engineView(http.deps.operations)] }, 200),
  );
}

async function engineView({ runtime }: Pick<OperationDeps, 'runtime'>): Promise<EngineView> {
  try {
    const hostIsolated = await runtime.isHostIsolated();
    const { dataRoot: _dataRoot, nowMs: _nowMs, runtimes, networks, ...info } = await runtime.info();
    const memoryMb = Math.floor(info.memoryBytes / 1024 ** 2);
    return {
      ...info,
      hostIsolated,
      name: runtime.engine,
      reachable: true,
      memoryMb,
      runtimes: [...runtimes],
      networks: [...networks],
    };
  } catch (error) {
    if (!isSandboxError(error, 'engine_unavailable')) throw error;
    return { name: runtime.engine, reachable: false };
  }
}
