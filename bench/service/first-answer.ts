import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT_PORT, agentPaths } from '../../src/contract/agent.ts';

const POLL_MS = 3;
const ONE_TRY_MS = 1_000;
const DEADLINE_MS = 10_000;
const agent = new Agent({ keepAlive: false });

/** Asks the agent at a container's address for its health, every 3 ms, until it answers 204. */
export async function firstAnswer(address: string): Promise<void> {
  const endMs = performance.now() + DEADLINE_MS;
  while (performance.now() < endMs) {
    // Refused until it listens.
    const status = await askHealth(address).catch(() => undefined);
    if (status === 204) return;
    if (status !== undefined) throw new Error(`the agent's health answered ${status}`);
    await sleep(POLL_MS);
  }
  throw new Error(`the agent did not answer within ${DEADLINE_MS} ms`);
}

function askHealth(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host, port: AGENT_PORT, path: agentPaths.health, timeout: ONE_TRY_MS });
    asked.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.once('timeout', () => asked.destroy(new Error('silent')));
    asked.once('error', reject);
    asked.end();
  });
}
