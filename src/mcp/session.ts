import type { ConnectionOptions, SandboxStart } from '../sdk/index.ts';
import { Sandbox, SandglassError } from '../sdk/index.ts';

/** Which sandbox the tools work in when they are not told: the one it was given, or the one that was started last. */
export interface Session {
  readonly connection: ConnectionOptions;
  /** The one of that id, else the session's own. Throws `invalid_request` where there is none yet. */
  sandbox(id: string | undefined): Promise<Sandbox>;
  /** From now on the session's own. */
  start(wish: SandboxStart): Promise<Sandbox>;
}

export function openSession(connection: ConnectionOptions, given?: string): Session {
  let current = given;
  return {
    connection,
    async sandbox(id = current) {
      if (id !== undefined) return Sandbox.get(id, connection);
      throw new SandglassError('invalid_request', 'This session has no sandbox yet.', {
        hint: 'Call start_sandbox first, or name one: list_sandboxes lists them.',
      });
    },
    async start(wish) {
      const sandbox = await Sandbox.start(wish, connection);
      current = sandbox.id;
      return sandbox;
    },
  };
}
