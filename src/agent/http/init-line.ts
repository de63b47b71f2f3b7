import type { Duplex } from 'node:stream';
import { type AgentInit, type AgentInitLine, agentPaths, INIT_LINE } from '../../contract/agent.ts';
import { AgentError, agentErrorOf } from '../agent-error.ts';
import { type AgentUpgrade, refuseSocket } from './agent-server.ts';
import { type InitDeps, requireSecret } from './init-route.ts';

/** Bytes of one message; more is no run of ours. */
const LONGEST_LINE = 16 * 1024 * 1024;
const SWITCHED = `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${INIT_LINE}\r\n\r\n`;

/**
 * `/init` as a connection that stays: what `POST /init` takes, a line of JSON each, answered by a line of JSON with
 * status and body. The service opens it for the rehearsal of a slot and says the claim on it: for a program that has
 * just woken up, to accept a connection and to read HTTP from it costs three times what the run does (2026-12-01).
 */
export function initLine({ initSecretHash, taker }: InitDeps): AgentUpgrade {
  return {
    path: agentPaths.init,
    access: 'own',
    take(request, socket, head) {
      socket.on('error', () => socket.destroy());
      try {
        requireSecret(request, initSecretHash);
        if (request.headers.upgrade !== INIT_LINE) throw new AgentError('invalid_argument', 'Another protocol.');
      } catch (error) {
        refuseSocket(socket, agentErrorOf(error).status);
        return;
      }
      let rest: Buffer = Buffer.alloc(0);
      socket.on('data', (piece: Buffer) => {
        rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
        for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
          void answer(socket, rest.toString('utf8', 0, end));
          rest = rest.subarray(end + 1);
        }
        if (rest.length > LONGEST_LINE) socket.destroy();
      });
      socket.once('end', () => socket.destroy());
      socket.write(SWITCHED);
      if (head.length > 0) socket.unshift(head);
    },
  };

  async function answer(socket: Duplex, line: string): Promise<void> {
    try {
      // As in POST /init: our own service wrote it.
      const { status, body, answered } = await taker.take(JSON.parse(line) as AgentInit);
      write(socket, { status, body }, answered);
    } catch (error) {
      const { status, message } = agentErrorOf(error);
      write(socket, { status, body: { code: status, message } });
    }
  }
}

function write(socket: Duplex, line: AgentInitLine, done?: () => void): void {
  socket.write(`${JSON.stringify(line)}\n`, done);
}
