import type { Answer, Connection } from './connection.ts';
import { SandglassError } from './sandglass-error.ts';
import type { SandboxView } from './wire.ts';

type State = SandboxView['state'];

/** Below the idle limits of common reverse proxies. */
const LONGEST_POLL_SECONDS = 25;
const PAUSE_MS = 200;

/** How long the service may hold a request, so that its answer comes well before the client's own deadline. */
export function waitSeconds(connection: Connection): number {
  return Math.min(LONGEST_POLL_SECONDS, Math.round(connection.timeoutMs / 2) / 1000);
}

export interface Settling {
  /** What it may come to. */
  readonly states: readonly State[];
  readonly signal?: AbortSignal | undefined;
}

/** The view of an answer; after a 202 the view once the sandbox is in one of the states, however long that takes. */
export async function settledView(connection: Connection, answer: Answer, settling: Settling): Promise<SandboxView> {
  let view = viewOf(answer);
  while (answer.status === 202 && !settling.states.includes(view.state)) {
    view = await nextView(connection, view, settling);
    // A service that answers at once is not asked in a tight loop.
    if (!settling.states.includes(view.state)) await connection.pause(PAUSE_MS, settling.signal);
  }
  return view;
}

async function nextView(connection: Connection, view: SandboxView, settling: Settling): Promise<SandboxView> {
  const query = { wait: settling.states.join(','), timeoutSeconds: waitSeconds(connection) };
  const path = `/v1/sandboxes/${encodeURIComponent(view.id)}`;
  try {
    return viewOf(await connection.ask({ method: 'GET', path, query, isRepeatable: true, signal: settling.signal }));
  } catch (error) {
    // Where tombstones are not kept, what was deleted is unknown at once.
    if (error instanceof SandglassError && error.code === 'sandbox_not_found') return { ...view, state: 'deleted' };
    throw error;
  }
}

export function viewOf({ status, body }: Answer): SandboxView {
  if (typeof body === 'object' && body !== null && 'id' in body && 'state' in body) {
    return body as SandboxView; // the service validates what it sends against the schema that this type is made from
  }
  throw new SandglassError('unexpected_answer', 'The answer is not a sandbox.', { status });
}
