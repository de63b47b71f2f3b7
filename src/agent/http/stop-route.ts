import { type AgentStop, agentPaths } from '../../contract/agent.ts';
import type { Shutdown } from '../shutdown.ts';
import { type AgentRoute, readJson, sendJson } from './agent-call.ts';
import { requireSecret } from './init-route.ts';

/** `POST /stop`: the service tells when the container is killed; SIGTERM itself comes from the engine. */
export function stopRoute(shutdown: Pick<Shutdown, 'announce'>, initSecretHash: string): AgentRoute {
  return {
    path: agentPaths.stop,
    methods: ['POST'],
    access: 'own',
    async answer({ request, response }) {
      requireSecret(request, initSecretHash);
      // Our own service wrote it (contract/agent.ts).
      const { killInMs } = (await readJson(request)) as AgentStop;
      shutdown.announce(killInMs);
      sendJson(response, 200, {});
    },
  };
}
