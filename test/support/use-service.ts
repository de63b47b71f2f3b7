import { httpAgentClient } from '../../src/agent-client/http-agent-client.ts';
import { listen } from '../../src/http/listen.ts';
import { terminalUpgrade } from '../../src/http/terminal-upgrade.ts';
import { silentLog } from '../../src/observe/logger.ts';
import type { AgentRequest } from '../../src/ports/agent-client.ts';
import { systemClock } from '../../src/runtime/host/system-clock.ts';
import { type AgentProcess, startAgent } from './agent-process.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { type MemoryService, memoryService } from './memory-service.ts';

/** The service over an engine in memory, whose sandboxes all have one real agent, on this machine. */
export interface UseService extends Pick<MemoryService, 'control' | 'operations'> {
  readonly url: string;
  readonly agent: AgentProcess;
  /** Touches of sandboxes so far, by id. */
  readonly touched: readonly string[];
  /** Of one tenant, and of another one. */
  readonly alice: ApiClient;
  readonly bob: ApiClient;
  close(): Promise<void>;
}

export async function useService(): Promise<UseService> {
  const agent = await startAgent();
  const client = httpAgentClient({ clock: systemClock });
  const endpoint = `127.0.0.1:${agent.port}`;
  const touched: string[] = [];
  const service = await memoryService({
    operations: (made) => ({
      agent: {
        ...made.agent,
        call: (_endpoint: string, _token: string, request: AgentRequest) => client.call(endpoint, agent.token, request),
        upgrade: (_endpoint, _token, request) => client.upgrade(endpoint, agent.token, request),
      },
      activity: { touch: (id) => void touched.push(id) },
    }),
  });
  const { operations } = service;
  const takeTerminal = terminalUpgrade({ operations, log: silentLog, tickets: service.tickets });
  const first = { request: () => false, upgrade: takeTerminal };
  const fetchOfApp: Parameters<typeof listen>[0]['fetch'] = (request, env) => service.app.fetch(request, env);
  const listener = await listen({ fetch: fetchOfApp, host: '127.0.0.1', port: 0, blockedSubnets: [], first });
  const url = `http://127.0.0.1:${listener.port}`;
  const over = ({ keyId, secret }: ApiClient) =>
    apiClient((path, init) => fetch(`${url}${path}`, init), { keyId, secret });
  return {
    ...{ url, agent, touched, operations, control: service.control },
    ...{ alice: over(service.alice), bob: over(service.bob) },
    async close() {
      await listener.close(500);
      await client.close();
      await service.close();
      await agent.dispose();
    },
  };
}
