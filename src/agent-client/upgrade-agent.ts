import { request as ask } from 'node:http';
import type { AgentRequest, AgentUpgrade } from '../ports/agent-client.ts';

const LONGEST_ANSWER_MS = 10_000;

/** One connection of its own, which is the caller's once the protocol was switched. Rejects when there is no answer. */
export function upgradeAgent(
  endpoint: string,
  { path, headers, signal }: Pick<AgentRequest, 'path' | 'headers' | 'signal'>,
): Promise<AgentUpgrade> {
  return new Promise((resolve, reject) => {
    const asked = ask(`http://${endpoint}${path}`, { headers: { ...headers, connection: 'Upgrade' }, agent: false });
    const cut = () => asked.destroy(new Error('cut'));
    const late = setTimeout(
      () => asked.destroy(new Error(`no answer within ${LONGEST_ANSWER_MS} ms`)),
      LONGEST_ANSWER_MS,
    );
    const settle = (upgrade: AgentUpgrade) => {
      clearTimeout(late);
      signal.removeEventListener('abort', cut);
      resolve(upgrade);
    };
    signal.addEventListener('abort', cut, { once: true });
    asked.once('upgrade', (message, socket, head) => {
      // Whoever gets it listens too; an error between two owners must not end the process.
      socket.on('error', () => undefined);
      settle({ outcome: 'switched', headers: message.headers, socket, head });
    });
    asked.once('response', (message) => {
      const answer = { status: message.statusCode ?? 502, headers: message.headers, body: message };
      settle({ outcome: 'refused', answer });
    });
    asked.once('error', (error) => {
      clearTimeout(late);
      signal.removeEventListener('abort', cut);
      reject(error);
    });
    if (signal.aborted) cut();
    asked.end();
  });
}
