import packageJson from '../../../package.json' with { type: 'json' };
import { serveMcp } from '../../mcp/serve-mcp.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { findSandbox } from '../find-sandbox.ts';

export interface McpFlags extends ConnectionFlags {
  readonly sandbox?: string;
  readonly folder: string;
}

/** Until the client closes standard input. Throws before it serves where the sandbox it was given is not there. */
export async function mcp(
  { env }: Pick<CommandContext, 'env'>,
  { sandbox, folder, ...flags }: McpFlags,
): Promise<void> {
  const connection = connectionOptions(flags, env);
  const sandboxId = sandbox === undefined ? undefined : (await findSandbox(sandbox, connection)).id;
  await serveMcp({ version: packageJson.version, connection, sandboxId, folder });
}
