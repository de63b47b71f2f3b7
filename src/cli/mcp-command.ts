import type { Command } from 'commander';
import { localFolder } from './args/local-folder.ts';
import { sandboxId } from './args/sandbox-id.ts';
import type { CommandContext } from './command-context.ts';
import type { McpFlags } from './commands/mcp.ts';
import { withService } from './service-options.ts';
import { withExample } from './with-example.ts';

/** `sandglass mcp`. */
export function addMcpCommand(program: Command, context: CommandContext): void {
  const mcp = program
    .command('mcp')
    .description('Offer sandboxes as tools of the Model Context Protocol, over standard input and output.');
  withService(withExample(mcp, 'sandglass mcp --folder ./work'))
    .option('--sandbox <id>', 'the sandbox to work in until another is started', sandboxId)
    .option('--folder <folder>', 'files of this machine that may be sent and fetched', localFolder, '.')
    .action(async (flags: McpFlags) => (await import('./commands/mcp.ts')).mcp(context, flags));
}
