import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { ProcessEventSchema } from '../../contract/gen/process/process_pb.js';
import { follow } from './follow.ts';
import type { Outcome, OutputEvent, OutputReader } from './process-output.ts';

export type ProcessEventInit = MessageInitShape<typeof ProcessEventSchema>;

const KEEPALIVE_HEADER = 'keepalive-ping-interval';

/** What a stream of `process.Process` says after its start, up to the end. */
export async function* processEvents(
  reader: OutputReader,
  { signal, requestHeader }: Pick<HandlerContext, 'signal' | 'requestHeader'>,
): AsyncGenerator<{ readonly event: ProcessEventInit }> {
  const seconds = Number(requestHeader.get(KEEPALIVE_HEADER) ?? 0);
  const quietMs = seconds > 0 && seconds < 86_400 ? seconds * 1_000 : null;
  for await (const event of follow(reader, { signal, quietMs })) yield { event: initOf(event) };
}

function initOf(event: OutputEvent | 'quiet'): ProcessEventInit {
  if (event === 'quiet') return { event: { case: 'keepalive', value: {} } };
  if (event.type === 'end') return { event: { case: 'end', value: endOf(event.outcome) } };
  return { event: { case: 'data', value: { output: { case: event.stream, value: event.data } } } };
}

/** As Go's os/exec tells it, which is what clients of envd were written against. */
function endOf({ exitCode, signal }: Outcome) {
  const status = signal === null ? `exit status ${exitCode}` : `signal: ${SIGNAL_WORDS[signal] ?? signal}`;
  const isClean = signal === null && exitCode === 0;
  return {
    exitCode: signal === null ? exitCode : -1,
    exited: signal === null,
    status,
    ...(isClean ? {} : { error: status }),
  };
}

const SIGNAL_WORDS: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGABRT: 'aborted',
  SIGALRM: 'alarm clock',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGHUP: 'hangup',
  SIGILL: 'illegal instruction',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGPIPE: 'broken pipe',
  SIGQUIT: 'quit',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGTRAP: 'trace/breakpoint trap',
  SIGUSR1: 'user defined signal 1',
  SIGUSR2: 'user defined signal 2',
};
