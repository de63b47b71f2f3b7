import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import type { LocalFiles } from '../local-file.ts';
import type { Session } from '../session.ts';
import { answered, told } from '../tool-answer.ts';
import { fileFields, given } from '../tool-fields.ts';

const localPath = z.string().min(1).describe('On the machine of this server, relative to the folder it may use.');
const outputSchema = { path: z.string(), localPath: z.string(), size: z.number() };

/** Files between this machine and the sandbox, of any size and content. */
export function addTransferTools(server: McpServer, session: Session, local: LocalFiles): void {
  server.registerTool(
    'upload',
    {
      description: 'Copy a file of this machine into the sandbox.',
      inputSchema: { ...fileFields, localPath },
      outputSchema,
    },
    ({ sandboxId, path, user, localPath: from }, { signal }) =>
      answered(async () => {
        const { files } = await session.sandbox(sandboxId);
        const file = await local.read(from);
        const entry = await files.write(path, file.bytes, { ...given({ user }), signal });
        return told({ path: entry.path, localPath: file.path, size: entry.size }, `${entry.path} is there now.`);
      }),
  );
  server.registerTool(
    'download',
    {
      description: 'Copy a file of the sandbox to this machine.',
      inputSchema: { ...fileFields, localPath },
      outputSchema,
    },
    ({ sandboxId, path, user, localPath: to }, { signal }) =>
      answered(async () => {
        const { files } = await session.sandbox(sandboxId);
        const written = await local.write(to, await files.readStream(path, { ...given({ user }), signal }));
        return told({ path, localPath: written.path, size: written.sizeBytes }, `${written.path} is there now.`);
      }),
  );
}
