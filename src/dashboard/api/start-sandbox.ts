import { viewOf } from '../../sdk/await-state.ts';
import type { Connection } from '../../sdk/connection.ts';
import { idempotencyKey } from '../../sdk/idempotency-key.ts';
import type { SandboxStart, SandboxView } from '../../sdk/wire.ts';

/** Answers as soon as it is written down: its page shows how it goes on. */
export async function startSandbox(connection: Connection, wish: SandboxStart): Promise<SandboxView> {
  const answer = await connection.ask({
    method: 'POST',
    path: '/v1/sandboxes',
    body: { ...wish, wait: false },
    headers: { 'idempotency-key': idempotencyKey() },
    isRepeatable: true,
  });
  return viewOf(answer);
}
