import type { AgentAnswer } from '../ports/agent-client.ts';
import type { Use } from './use-sandbox.ts';

/** What runs inside, largest memory first. */
export function sandboxProcesses(use: Use): Promise<AgentAnswer> {
  return use.ask({ method: 'GET', path: '/sandglass/processes' });
}
