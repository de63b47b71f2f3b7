import { type Connection, openConnection } from './connection.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { SandglassError } from './sandglass-error.ts';
import type { ExplanationView } from './wire.ts';

/** Why a sandbox is in its state, what was last tried, and what comes next. Throws `sandbox_not_found`. */
export function explainSandbox(id: string, options: ConnectionOptions = {}): Promise<ExplanationView> {
  return explanation(openConnection(options), id, undefined);
}

export async function explanation(
  connection: Connection,
  id: string,
  signal: AbortSignal | undefined,
): Promise<ExplanationView> {
  const path = `/v1/sandboxes/${encodeURIComponent(id)}/explain`;
  const { status, body } = await connection.ask({ method: 'GET', path, isRepeatable: true, signal });
  if (typeof body === 'object' && body !== null && 'sentence' in body) {
    return body as ExplanationView; // the service validates what it sends against the schema that this type is made from
  }
  throw new SandglassError('unexpected_answer', 'The answer is not an explanation of a sandbox.', { status });
}
