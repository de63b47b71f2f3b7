import { agentPaths } from '../../contract/agent.ts';
import type { Session } from '../session.ts';
import { type AgentRoute, sendJson } from './agent-call.ts';

/** `GET /health` says that the agent answers; `GET /envs` the environment that the sandbox was started with. */
export function healthRoutes(session: Session): readonly AgentRoute[] {
  return [
    {
      path: agentPaths.health,
      methods: ['GET', 'HEAD'],
      access: 'own',
      answer: ({ response }) => void response.writeHead(204).end(),
    },
    {
      path: '/envs',
      methods: ['GET'],
      access: 'token',
      answer: ({ response }) => sendJson(response, 200, session.run().init.env),
    },
  ];
}
