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

/** The view of an answer; after a 202 the view once the sandbox is in one of these states, however long that takes. */
export async function settledView(
  connection: Connection,
  answer: Answer,
  settled: readonly State[],
  signal: AbortSignal | undefined,
): Promise<SandboxView> {
  let view = viewOf(answer);
  while (answer.status === 202 && !settled.includes(view.state)) {
    const next = await connection.ask({
      method: 'GET',
      path: `/v1/sandboxes/${encodeURIComponent(view.id)}`,
      query: { wait: settled.join(','), timeoutSeconds: waitSeconds(connection) },
      isRepeatable: true,
      signal,
    });
    view = viewOf(next);
    // A service that answers at once is not asked in a tight loop.
    if (!settled.includes(view.state)) await connection.pause(PAUSE_MS, signal);
  }
  return view;
}

export function viewOf({ status, body }: Answer): SandboxView {
  if (typeof body === 'object' && body !== null && 'id' in body && 'state' in body) {
    return body as SandboxView; // the service validates what it sends against the schema that this type is made from
  }
  throw new SandglassError('unexpected_answer', 'The answer is not a sandbox.', { status });
}
