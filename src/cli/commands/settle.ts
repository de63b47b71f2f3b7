import type { ConnectionOptions, Sandbox, SandboxView } from '../../sdk/index.ts';
import type { ProgramContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { explainError } from '../explain-error.ts';
import { findSandbox } from '../find-sandbox.ts';
import { inTurns } from '../in-turns.ts';
import { whileSaying } from '../waiting.ts';

export interface SettleFlags extends ConnectionFlags {
  readonly json?: boolean;
}

export interface Settling {
  /** Such as `stopping`. */
  readonly doing: string;
  readonly act: (sandbox: Sandbox) => Promise<unknown>;
}

/** At once; what waits, waits for the service. */
const AT_ONCE = 10;

/**
 * Does the same to all of them, and prints the id of each one that it was done to. One that fails is explained and hinders
 * no other; the program ends with the code of the first one that did.
 */
export async function settle(
  context: ProgramContext,
  ids: readonly string[],
  flags: SettleFlags,
  { doing, act }: Settling,
): Promise<void> {
  const { env, output } = context;
  const options = connectionOptions(flags, env);
  const views: SandboxView[] = [];
  const failures: { readonly id: string; readonly error: unknown }[] = [];
  const one = async (id: string) => {
    try {
      const { view } = await acted(id, options, act);
      if (flags.json) views.push(view);
      else output.result(view.id);
    } catch (error) {
      failures.push({ id, error });
    }
  };
  const work = inTurns(ids, AT_ONCE, one);
  const what = `${doing} ${ids.length === 1 ? ids[0] : `${ids.length} sandboxes`}`;
  await whileSaying(output, () => what, work);
  if (flags.json) output.result(JSON.stringify(views, null, 2));
  for (const [index, { id, error }] of failures.entries()) {
    if (ids.length > 1) output.progress(`${id}:`);
    const code = explainError(error, output);
    if (index === 0) context.endWith(code);
  }
}

async function acted(id: string, options: ConnectionOptions, act: Settling['act']): Promise<Sandbox> {
  const sandbox = await findSandbox(id, options);
  await act(sandbox);
  return sandbox;
}
