import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import type { FileList, FileMatches } from '../../sdk/index.ts';
import type { Session } from '../session.ts';
import { answered, told } from '../tool-answer.ts';
import { fileFields, given } from '../tool-fields.ts';

const searched = { ...fileFields, path: fileFields.path.optional().describe('Where to look; the home when left out.') };
const entrySchema = z.object({ path: z.string(), type: z.string(), size: z.number() });
const listSchema = { entries: z.array(entrySchema), truncated: z.boolean() };
const annotations = { readOnlyHint: true };

/** Looks for files; each answer has a bound, and says when it was cut. */
export function addSearchTools(server: McpServer, session: Session): void {
  addList(server, session);
  addGlob(server, session);
  addGrep(server, session);
}

function addList(server: McpServer, session: Session): void {
  server.registerTool(
    'list_dir',
    {
      description: 'List a folder of the sandbox, at most 1,000 entries.',
      inputSchema: { ...searched, depth: z.number().int().min(1).max(10).default(1) },
      outputSchema: listSchema,
      annotations,
    },
    ({ sandboxId, path = '.', user, depth }, { signal }) =>
      answered(async () => {
        const { files } = await session.sandbox(sandboxId);
        return listed(await files.list(path, { ...given({ user }), depth, signal }));
      }),
  );
}

function addGlob(server: McpServer, session: Session): void {
  server.registerTool(
    'glob',
    {
      description: 'Find files of the sandbox whose path matches a pattern such as **/*.ts.',
      inputSchema: {
        ...searched,
        pattern: z.string().min(1).max(1024),
        limit: z.number().int().min(1).max(1_000).default(200),
      },
      outputSchema: listSchema,
      annotations,
    },
    ({ sandboxId, pattern, ...options }, { signal }) =>
      answered(async () => {
        const { files } = await session.sandbox(sandboxId);
        return listed(await files.glob(pattern, { ...given(options), signal }));
      }),
  );
}

function addGrep(server: McpServer, session: Session): void {
  server.registerTool(
    'grep',
    {
      description: 'Find lines of files in the sandbox; binaries, links and files over 1 MB are passed over.',
      inputSchema: {
        ...searched,
        pattern: z.string().min(1).max(1024).describe('A regular expression, unless literal is true.'),
        literal: z.boolean().default(false),
        caseSensitive: z.boolean().default(true),
        glob: z.string().min(1).max(1024).optional().describe('Only files whose path matches.'),
        limit: z.number().int().min(1).max(500).default(100),
      },
      outputSchema: {
        matches: z.array(z.object({ path: z.string(), line: z.number(), text: z.string() })),
        truncated: z.boolean(),
        timedOut: z.boolean(),
      },
      annotations,
    },
    ({ sandboxId, pattern, ...options }, { signal }) =>
      answered(async () => {
        const { files } = await session.sandbox(sandboxId);
        const found = await files.grep(pattern, { ...given(options), signal });
        return told(found, matchesText(found));
      }),
  );
}

function listed({ entries, truncated }: FileList) {
  const shown = entries.map(({ path, type, size }) => ({ path, type, size }));
  const lines = shown.map(({ path, type, size }) => (type === 'directory' ? `${path}/` : `${path} (${size} bytes)`));
  return told({ entries: shown, truncated }, [...lines, ...cutLine(truncated)].join('\n') || 'Nothing.');
}

function matchesText({ matches, truncated, timedOut }: FileMatches): string {
  const lines = matches.map(({ path, line, text }) => `${path}:${line}: ${text}`);
  const late = timedOut ? ['[... it took too long: not all was searched ...]'] : [];
  return [...lines, ...cutLine(truncated), ...late].join('\n') || 'Nothing.';
}

function cutLine(isCut: boolean): readonly string[] {
  return isCut ? ['[... there is more ...]'] : [];
}
