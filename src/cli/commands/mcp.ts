import packageJson from '../../../package.json' with { type: 'json' };
import { serveMcp } from '../../mcp/serve-mcp.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';

export interface McpFlags extends ConnectionFlags {
  readonly sandbox?: string;
  readonly folder: string;
}

/** Until the client closes standard input. */
export function mcp({ env }: Pick<CommandContext, 'env'>, { sandbox, folder, ...flags }: McpFlags): Promise<void> {
  const connection = connectionOptions(flags, env);
  return serveMcp({ version: packageJson.version, connection, sandboxId: sandbox, folder });
}
