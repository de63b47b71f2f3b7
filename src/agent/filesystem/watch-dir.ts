import { setMaxListeners } from 'node:events';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { WatchDirResponseSchema } from '../../contract/gen/filesystem/filesystem_pb.js';
import { AgentError } from '../agent-error.ts';
import type { AgentDeps } from '../deps.ts';
import { timeoutMsOf } from '../http/connect-routes.ts';
import { eventMessage, requireWatchable, type WatchRequest } from './watch-request.ts';
import { type TreeEvent, watchTree } from './watch-tree.ts';

type Message = MessageInitShape<typeof WatchDirResponseSchema>;

/** A reader that is so far behind is dropped. */
const MOST_WAITING = 32_768;
const KEEPALIVE_SECONDS = 90;

/** `WatchDir`: `start` when the watch is armed, then every event until the client leaves or its time is over. */
export async function* watchDir(
  deps: AgentDeps,
  request: WatchRequest,
  context: HandlerContext,
): AsyncGenerator<Message> {
  await requireWatchable(request);
  const queue = eventQueue();
  const timeoutMs = timeoutMsOf(context.requestHeader);
  const cancelTimeout = timeoutMs === undefined ? undefined : deps.ticks.after(timeoutMs, () => queue.fail(tooLate()));
  const leave = () => queue.end();
  setMaxListeners(0, context.signal);
  context.signal.addEventListener('abort', leave);
  const options = { path: request.path, isRecursive: request.recursive, tell: queue.put, fail: queue.fail };
  const tree = await watchTree(options).catch((error: unknown) => {
    cancelTimeout?.();
    context.signal.removeEventListener('abort', leave);
    throw error;
  });
  // The client may leave while nobody reads from here: the watch ends with the client all the same.
  context.signal.addEventListener('abort', tree.close);
  try {
    yield { event: { case: 'start', value: {} } };
    for (;;) {
      const event = context.signal.aborted ? 'end' : await queue.next(keepaliveMsOf(context.requestHeader));
      if (event === 'end') return;
      if (event === 'quiet') yield { event: { case: 'keepalive', value: {} } };
      else yield { event: { case: 'filesystem', value: await eventMessage(deps, request, event) } };
    }
  } finally {
    tree.close();
    cancelTimeout?.();
    context.signal.removeEventListener('abort', leave);
    context.signal.removeEventListener('abort', tree.close);
  }
}

function keepaliveMsOf(header: Headers): number {
  const seconds = Number(header.get('keepalive-ping-interval') ?? '');
  return (Number.isFinite(seconds) && seconds >= 1 ? Math.min(seconds, 86_400) : KEEPALIVE_SECONDS) * 1_000;
}

function tooLate(): AgentError {
  return new AgentError('deadline_exceeded', 'the time of this watch is over');
}

/** Between the watch and its reader. */
function eventQueue() {
  const waiting: TreeEvent[] = [];
  let failure: unknown;
  let isEnded = false;
  let wake: (() => void) | undefined;
  const fail = (error: unknown) => {
    failure ??= error;
    wake?.();
  };
  return {
    put(event: TreeEvent) {
      if (isEnded || failure !== undefined) return;
      waiting.push(event);
      if (waiting.length > MOST_WAITING) {
        waiting.length = 0;
        fail(new AgentError('resource_exhausted', `the reader of this watch fell ${MOST_WAITING} events behind`));
      }
      wake?.();
    },
    fail,
    end() {
      isEnded = true;
      wake?.();
    },
    /** The next event; `quiet` when none came for so long. Throws what ended the watch. */
    async next(quietMs: number): Promise<TreeEvent | 'quiet' | 'end'> {
      if (waiting.length === 0 && failure === undefined && !isEnded) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, quietMs);
        });
        wake = undefined;
        clearTimeout(timer);
      }
      if (isEnded) return 'end';
      const event = waiting.shift();
      if (event !== undefined) return event;
      if (failure !== undefined) throw failure;
      return 'quiet';
    },
  };
}
