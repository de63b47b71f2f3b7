import type { LogLine } from '../../sdk/index.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { findSandbox } from '../find-sandbox.ts';

export interface LogsFlags extends ConnectionFlags {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly timestamps?: boolean;
  readonly json?: boolean;
}

/** Each line to the output that it was written to. */
export async function logs({ env, output }: CommandContext, id: string, flags: LogsFlags): Promise<void> {
  const { follow, tail, timestamps = false } = flags;
  const sandbox = await findSandbox(id, connectionOptions(flags, env));
  for await (const line of sandbox.logLines({ follow, tail })) {
    if (flags.json) output.result(JSON.stringify(line));
    else await output.write(Buffer.from(textOf(line, timestamps)), line.stream);
  }
}

function textOf({ at, text, partial }: LogLine, hasInstant: boolean): string {
  return `${hasInstant ? `${at} ` : ''}${text}${partial === true ? '' : '\n'}`;
}
