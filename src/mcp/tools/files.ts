import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { SandglassError } from '../../sdk/index.ts';
import { lineWindow } from '../line-window.ts';
import type { Session } from '../session.ts';
import { answered, told } from '../tool-answer.ts';
import { fileFields, given } from '../tool-fields.ts';

/** Files, a text at a time. */
export function addFileTools(server: McpServer, session: Session): void {
  addRead(server, session);
  addWrite(server, session);
  addUpdate(server, session);
}

function addRead(server: McpServer, session: Session): void {
  server.registerTool(
    'read_file',
    {
      description: 'Read lines of a text file in the sandbox.',
      inputSchema: {
        ...fileFields,
        firstLine: z.number().int().min(1).default(1),
        lines: z.number().int().min(1).max(10_000).default(2_000).describe('At most so many, and at most 256 KiB.'),
      },
      outputSchema: {
        text: z.string(),
        firstLine: z.number(),
        lines: z.number(),
        truncated: z.boolean().describe('There is more after these lines.'),
      },
      annotations: { readOnlyHint: true },
    },
    ({ sandboxId, path, user, firstLine, lines }, { signal }) =>
      answered(async () => {
        const { files } = await session.sandbox(sandboxId);
        const bytes = await files.readStream(path, { ...given({ user }), signal });
        const shown = await lineWindow(bytes, { firstLine, lines });
        const more = shown.truncated ? `\n[... there is more after line ${firstLine + shown.lines - 1} ...]` : '';
        return told(shown, `${shown.text}${more}`);
      }),
  );
}

function addWrite(server: McpServer, session: Session): void {
  server.registerTool(
    'write_file',
    {
      description: 'Write a text file in the sandbox, whole or not at all; folders above it are made.',
      inputSchema: {
        ...fileFields,
        text: z.string(),
        append: z.boolean().default(false).describe('Add to its end.'),
        mode: z
          .string()
          .regex(/^0?[0-7]{3}$/)
          .optional()
          .describe('Three octal digits, such as 755.'),
      },
      outputSchema: { path: z.string(), size: z.number() },
    },
    ({ sandboxId, path, text, append, ...options }, { signal }) =>
      answered(async () => {
        const { files } = await session.sandbox(sandboxId);
        const entry = await files.write(path, text, { ...given(options), ...(append ? { append } : {}), signal });
        return told({ path: entry.path, size: entry.size }, `${entry.path} has ${entry.size} bytes now.`);
      }),
  );
}

function addUpdate(server: McpServer, session: Session): void {
  server.registerTool(
    'update_file',
    {
      description: 'Replace a text in a file of the sandbox. It must be there exactly once, unless all is true.',
      inputSchema: {
        ...fileFields,
        oldText: z.string().min(1),
        newText: z.string(),
        all: z.boolean().default(false),
      },
      outputSchema: { path: z.string(), replaced: z.number() },
    },
    ({ sandboxId, path, user, oldText, newText, all }, { signal }) =>
      answered(async () => {
        const { files } = await session.sandbox(sandboxId);
        const options = { ...given({ user }), signal };
        const parts = (await files.readText(path, options)).split(oldText);
        const replaced = parts.length - 1;
        if (replaced === 0) throw notOnce(`${path} does not contain oldText.`);
        if (replaced > 1 && !all) throw notOnce(`${path} contains oldText ${replaced} times.`);
        const entry = await files.write(path, parts.join(newText), options);
        return told({ path: entry.path, replaced }, `Replaced ${replaced} in ${entry.path}.`);
      }),
  );
}

function notOnce(message: string): SandglassError {
  const hint = 'Give more of the lines around it, exactly as read_file shows them.';
  return new SandglassError('invalid_request', message, { hint });
}
