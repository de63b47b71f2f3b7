import type { Duplex } from 'node:stream';
import type { AgentInit } from '../contract/agent.ts';
import type { PostAnswer, PostOptions } from './post-once.ts';

/** A connection to an agent on which runs are handed over, one after the other: `INIT_LINE` in contract/agent.ts. */
export interface InitLine {
  /**
   * undefined when the connection ended before the answer. Rejects when there is none in time, and with the signal's
   * reason when it aborts; the line is closed then. One at a time.
   */
  ask(init: AgentInit, options: PostOptions): Promise<PostAnswer | undefined>;
  close(): void;
}

const LONGEST_ANSWER = 1024 * 1024;

/** On a socket that has left HTTP. */
export function initLine(socket: Duplex): InitLine {
  let onAnswer: ((answer: PostAnswer | undefined) => void) | undefined;
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (piece: string) => {
    text += piece;
    if (text.length > LONGEST_ANSWER) socket.destroy();
    if (!text.endsWith('\n')) return;
    const line = text;
    text = '';
    onAnswer?.(answerOf(line));
  });
  socket.once('end', () => socket.destroy());
  socket.once('close', () => onAnswer?.(undefined));
  return {
    ask(init, { withinMs, signal }) {
      return new Promise((resolve, reject) => {
        if (socket.destroyed) return resolve(undefined);
        const settle = () => {
          onAnswer = undefined;
          clearTimeout(late);
          signal?.removeEventListener('abort', cut);
        };
        const fail = (error: unknown) => {
          settle();
          socket.destroy();
          reject(error);
        };
        const cut = () => fail(signal?.reason);
        const late = setTimeout(() => fail(new Error(`no answer within ${withinMs} ms`)), withinMs);
        onAnswer = (answer) => {
          settle();
          resolve(answer);
        };
        if (signal?.aborted) return cut();
        signal?.addEventListener('abort', cut, { once: true });
        socket.write(`${JSON.stringify(init)}\n`);
      });
    },
    close: () => void socket.destroy(),
  };
}

/** Status 0 for what is no answer. */
function answerOf(line: string): PostAnswer {
  try {
    const said: unknown = JSON.parse(line);
    if (typeof said === 'object' && said !== null && 'status' in said && 'body' in said) {
      return { status: Number(said.status), body: said.body };
    }
  } catch {
    // Told below.
  }
  return { status: 0, body: undefined };
}
