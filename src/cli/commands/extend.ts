import { SandglassError } from '../../sdk/index.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { findSandbox } from '../find-sandbox.ts';
import { printable } from '../printable.ts';
import { type LifetimeFlags, lifetimeOf } from './lifetime-flags.ts';

export interface ExtendFlags extends ConnectionFlags, LifetimeFlags {
  readonly json?: boolean;
}

/** Changes the lifetime, and says what comes next now. */
export async function extend({ env, output }: CommandContext, id: string, flags: ExtendFlags): Promise<void> {
  const lifetime = lifetimeOf(flags);
  if (lifetime === undefined) {
    throw new SandglassError('invalid_request', 'Nothing is said of its lifetime.', {
      hint: 'Example: sandglass extend k3v9x0q2m7b1c8d4e5f6 --timeout 30m',
    });
  }
  const sandbox = await findSandbox(id, connectionOptions(flags, env));
  await sandbox.extend(lifetime);
  if (flags.json) return output.result(JSON.stringify(sandbox.view, null, 2));
  const { next } = sandbox.deadlines;
  output.result(sandbox.id);
  output.progress(printable(next === null ? 'It stays until a call moves it.' : `Next: ${next.action} at ${next.at}.`));
}
