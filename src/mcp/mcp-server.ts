import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { ConnectionOptions } from '../sdk/index.ts';
import { localFiles } from './local-file.ts';
import { openSession } from './session.ts';
import { addBashTool } from './tools/bash.ts';
import { addFileTools } from './tools/files.ts';
import { addLifecycleTools } from './tools/lifecycle.ts';
import { addSearchTools } from './tools/search.ts';
import { addTransferTools } from './tools/transfer.ts';

export interface McpSettings {
  readonly version: string;
  readonly connection: ConnectionOptions;
  /** The sandbox that tools work in until another is started. */
  readonly sandboxId?: string | undefined;
  /** Files of this machine below it can be sent and fetched. */
  readonly folder: string;
}

const INSTRUCTIONS =
  'Sandboxes with a lifetime: start one, run commands and edit files in it. A stopped sandbox keeps its files: restart ' +
  'it to go on. Tools work in the sandbox that was started last unless sandboxId names another.';

/** A server of the Model Context Protocol whose tools are sandboxes; connect it to a transport. */
export function mcpServer({ version, connection, sandboxId, folder }: McpSettings): McpServer {
  const server = new McpServer({ name: 'sandglass', version }, { instructions: INSTRUCTIONS });
  const session = openSession(connection, sandboxId);
  addLifecycleTools(server, session);
  addBashTool(server, session);
  addFileTools(server, session);
  addSearchTools(server, session);
  addTransferTools(server, session, localFiles(folder));
  return server;
}
