import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { findSandbox } from '../find-sandbox.ts';
import { printable } from '../printable.ts';

export interface ExplainFlags extends ConnectionFlags {
  readonly json?: boolean;
}

export async function explain({ env, output }: CommandContext, id: string, flags: ExplainFlags): Promise<void> {
  const explanation = await (await findSandbox(id, connectionOptions(flags, env))).explain();
  if (flags.json) return output.result(JSON.stringify(explanation, null, 2));
  const { sentence, accepts } = explanation;
  output.result(printable(sentence));
  output.result(accepts.length === 0 ? 'It accepts no call now.' : `It accepts ${accepts.join(', ')}.`);
}
