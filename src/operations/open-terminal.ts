import type { AgentUpgrade } from '../ports/agent-client.ts';
import { agentRefusal } from './agent-refusal.ts';
import type { OperationDeps } from './deps.ts';
import { requireAgent, type Use } from './use-sandbox.ts';

export interface TerminalWish {
  readonly cols: number | undefined;
  readonly rows: number | undefined;
  readonly user: string | undefined;
  readonly cwd: string | undefined;
  /** The client's part of the WebSocket handshake. */
  readonly handshake: Readonly<Record<string, string>>;
}

/** The connection to a shell in a terminal, the handshake done. Throws what the agent refuses. */
export async function openTerminal(
  deps: OperationDeps,
  use: Use,
  { handshake, ...wish }: TerminalWish,
): Promise<AgentUpgrade & { readonly outcome: 'switched' }> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(wish)) if (value !== undefined) query.set(name, String(value));
  const { row, signal } = use;
  const endpoint = requireAgent(deps, row, { name: 'terminal' });
  const path = `/sandglass/terminal?${query}`;
  const upgrade = await deps.agent.upgrade(endpoint, deps.tokens.accessToken(row.id), {
    path,
    headers: handshake,
    signal,
  });
  if (upgrade.outcome === 'switched') return upgrade;
  throw await agentRefusal(upgrade.answer, 'terminal', { method: 'GET' });
}
