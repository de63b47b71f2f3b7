import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { type McpSettings, mcpServer } from './mcp-server.ts';

/** Speaks over standard input and output until the client closes them. */
export async function serveMcp(settings: McpSettings): Promise<void> {
  const server = mcpServer(settings);
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    process.stdin.once('end', resolve);
  });
  await server.connect(new StdioServerTransport());
  await closed;
  await server.close();
}
