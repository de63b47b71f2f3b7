import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { agentPaths } from '../../contract/agent.ts';
import { AgentError, agentErrorOf } from '../agent-error.ts';
import type { AgentDeps } from '../deps.ts';
import { type AgentUpgrade, refuseSocket } from '../http/agent-server.ts';
import type { ProcessTable, StartedProcess } from '../process/process-table.ts';
import type { ProcessSpec } from '../process/spawn-as.ts';
import { serveTerminal } from './serve-terminal.ts';

const KEPT_BYTES = 256 * 1024;
const LARGEST_MESSAGE_BYTES = 1024 * 1024;

/**
 * `/sandglass/terminal?cols&rows&user&cwd`: a login shell in a terminal. Refused with 400 or 401 before the upgrade
 * when it cannot be started. It ends with its socket.
 */
export function terminalUpgrade(deps: AgentDeps, table: ProcessTable): AgentUpgrade {
  let sockets: Promise<WebSocketServer> | undefined;
  const take = async (request: IncomingMessage, socket: Duplex, head: Buffer, query: URLSearchParams) => {
    sockets ??= openSockets();
    const server = await sockets;
    const started = await startShell(deps, table, query);
    if (socket.destroyed) {
      table.signal(started, 'SIGHUP');
      return;
    }
    server.handleUpgrade(request, socket, head, (client: WebSocket) => serveTerminal(client, table, started));
  };
  return {
    path: agentPaths.terminal,
    access: 'token',
    take(request, socket, head, query) {
      socket.on('error', () => socket.destroy());
      take(request, socket, head, query).catch((error) => refuseSocket(socket, agentErrorOf(error).status));
    },
  };
}

async function openSockets(): Promise<WebSocketServer> {
  const { WebSocketServer: Server } = await import('ws');
  return new Server({ noServer: true, perMessageDeflate: false, maxPayload: LARGEST_MESSAGE_BYTES });
}

function startShell(
  { session, accounts }: AgentDeps,
  table: ProcessTable,
  query: URLSearchParams,
): Promise<StartedProcess> {
  const named = query.get('user');
  const user = named === null || named === '' ? session.run().defaultUser : accounts.get(named);
  const spec: ProcessSpec = { user, command: '/bin/bash', args: ['-i', '-l'], cwd: query.get('cwd'), env: {} };
  const pty = { cols: sizeOf(query, 'cols', 80), rows: sizeOf(query, 'rows', 24) };
  return table.start(spec, { origin: 'terminal', pty, keptBytes: KEPT_BYTES });
}

function sizeOf(query: URLSearchParams, name: 'cols' | 'rows', usual: number): number {
  const text = query.get(name);
  if (text === null) return usual;
  if (!/^\d{1,5}$/.test(text)) throw new AgentError('invalid_argument', `${name} must be a whole number.`);
  return Number(text);
}
