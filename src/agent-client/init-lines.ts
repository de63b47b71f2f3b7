import { type AgentInit, agentHeaders, agentPaths, INIT_LINE } from '../contract/agent.ts';
import { type InitLine, initLine } from './init-line.ts';
import type { PostAnswer } from './post-once.ts';
import { upgradeAgent } from './upgrade-agent.ts';

/** What is told to whom, and for how long. */
export interface Handing {
  /** host:port */
  readonly endpoint: string;
  readonly secret: string;
  readonly init: AgentInit;
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/**
 * The connections to slots: opened for the rehearsal, kept for the claim. To connect, and to have an agent that has just
 * woken up accept it and read HTTP, cost service and agent 1.5 ms of CPU for each claim (2026-12-01).
 */
export interface InitLines {
  /** undefined where the agent knows no lines, being of an earlier release. Rejects when it does not answer. */
  rehearse(handing: Handing): Promise<PostAnswer | undefined>;
  /** undefined where no line was kept, or it has ended: to be said another way. Rejects when it does not answer in time. */
  claim(handing: Handing): Promise<PostAnswer | undefined>;
  close(): void;
}

/** The same rehearsal again runs nothing, and makes the line itself fast: 1.2 ms of CPU for a claim after one, 0.85 after three. */
const REHEARSALS = 3;

/** A claim that is answered goes on in its caller: to close, and to have the agent close too, can wait. */
const CLOSE_LATER_MS = 1_000;

export function initLines(): InitLines {
  const open = new Set<InitLine>();
  const kept = new Map<string, InitLine>();
  return {
    async rehearse(handing) {
      const { endpoint, secret, signal } = handing;
      const headers = { upgrade: INIT_LINE, [agentHeaders.initSecret]: secret };
      const upgrade = await upgradeAgent(endpoint, { path: agentPaths.init, headers, signal });
      if (upgrade.outcome === 'refused') {
        upgrade.answer.body.destroy();
        return undefined;
      }
      const line = initLine(upgrade.socket);
      const key = keyOf(handing);
      open.add(line);
      upgrade.socket.once('close', () => {
        open.delete(line);
        if (kept.get(key) === line) kept.delete(key);
      });
      let answer = await line.ask(handing.init, handing);
      for (let said = 1; said < REHEARSALS && answer?.status === 200; said += 1) {
        answer = await line.ask(handing.init, handing);
      }
      if (answer === undefined) throw new Error('the connection ended without an answer');
      if (answer.status === 200) {
        kept.get(key)?.close();
        kept.set(key, line);
      } else line.close();
      return answer;
    },
    async claim(handing) {
      const key = keyOf(handing);
      const line = kept.get(key);
      if (line === undefined) return undefined;
      kept.delete(key);
      try {
        return await line.ask(handing.init, handing);
      } finally {
        setTimeout(() => line.close(), CLOSE_LATER_MS).unref();
      }
    },
    close() {
      for (const line of open) line.close();
    },
  };
}

/** An address may have another container later: that one has another secret. */
function keyOf({ endpoint, secret }: Handing): string {
  return `${endpoint} ${secret}`;
}
