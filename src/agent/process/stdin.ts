import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { AgentError } from '../agent-error.ts';
import type { LiveProcess } from './live-process.ts';

/** More than that is not taken before the process reads. */
export const WAITING_INPUT_BYTES = 1024 * 1024;
const MOST_WAITING_CALLS = 16;

/** The input of a process; null = it has none. */
export function stdinOf(stdin: Writable | null): { readonly write: LiveProcess['write']; readonly close: () => void } {
  // A process that closes its stdin, or ends, is no failure of the agent.
  stdin?.on('error', () => undefined);
  let waiting = 0;
  const need = (): Writable => {
    if (stdin === null) throw new AgentError('failed_precondition', 'The process was started without stdin.');
    return stdin;
  };
  const room = async (input: Writable, signal: AbortSignal) => {
    while (input.writable && input.writableLength > WAITING_INPUT_BYTES) {
      if (waiting >= MOST_WAITING_CALLS) {
        throw new AgentError('resource_exhausted', 'The process does not read its stdin.');
      }
      waiting += 1;
      const left = new AbortController();
      const either = AbortSignal.any([signal, left.signal]);
      try {
        await Promise.race([once(input, 'drain', { signal: either }), once(input, 'close', { signal: either })]);
      } finally {
        waiting -= 1;
        left.abort();
      }
    }
  };
  return {
    async write(data, signal) {
      const input = need();
      await room(input, signal);
      if (!input.writable) throw new AgentError('failed_precondition', 'The stdin of the process is closed.');
      input.write(data);
    },
    close: () => void need().end(),
  };
}
