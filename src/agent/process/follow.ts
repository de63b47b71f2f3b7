import { AgentError } from '../agent-error.ts';
import type { OutputEvent, OutputReader } from './process-output.ts';

export interface FollowOptions {
  /** The one who follows has gone. */
  readonly signal: AbortSignal;
  /** `quiet` is said after so much silence; null = never. */
  readonly quietMs: number | null;
}

/** Events up to `end`; ends without one when the signal aborts, and throws what the reader fails with. */
export async function* follow(
  reader: OutputReader,
  { signal, quietMs }: FollowOptions,
): AsyncGenerator<OutputEvent | 'quiet'> {
  // A generator that waits for its consumer runs no code: the reader must go all the same.
  const leave = () => reader.fail(new AgentError('aborted', 'The caller has gone.'));
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    for (;;) {
      if (signal.aborted) return;
      const event = reader.take();
      if (event !== undefined) yield event;
      else if (await staysQuiet(reader, quietMs)) yield 'quiet';
      if (event?.type === 'end') return;
    }
  } finally {
    signal.removeEventListener('abort', leave);
    reader.close();
  }
}

function staysQuiet(reader: OutputReader, quietMs: number | null): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = quietMs === null ? undefined : setTimeout(() => resolve(true), quietMs);
    reader.whenReady(() => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
