import { AgentError } from '../agent-error.ts';
import { WAITING_INPUT_BYTES } from './stdin.ts';

const RETRY_MS = 5;

/**
 * Input of a terminal, in order; what it does not take now is tried again. `write` of the terminal answers how many
 * bytes it took, undefined when it is closed. Throws `resource_exhausted` when 1 MiB waits.
 */
export function terminalInput(writeNow: (data: Uint8Array) => number | undefined): {
  readonly write: (data: Uint8Array) => void;
} {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const flush = () => {
    for (let data = waiting[0]; data !== undefined; data = waiting[0]) {
      const taken = writeNow(data);
      if (taken === undefined) {
        waiting = [];
        waitingBytes = 0;
        return;
      }
      waitingBytes -= taken;
      if (taken === data.length) waiting.shift();
      else {
        waiting[0] = data.subarray(taken);
        setTimeout(flush, RETRY_MS);
        return;
      }
    }
  };
  return {
    write(data) {
      if (data.length === 0) return;
      if (waitingBytes > WAITING_INPUT_BYTES) {
        throw new AgentError('resource_exhausted', 'The terminal does not read its input.');
      }
      waiting.push(data);
      waitingBytes += data.length;
      if (waiting.length === 1) flush();
    },
  };
}
