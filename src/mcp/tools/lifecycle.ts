import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { Sandbox, type SandboxView } from '../../sdk/index.ts';
import type { Session } from '../session.ts';
import { answered, told } from '../tool-answer.ts';
import { given, whereFields } from '../tool-fields.ts';

const timeoutSeconds = z.number().positive().nullable().describe('Until it is stopped by itself; null = no timeout.');
const shownSchema = {
  id: z.string(),
  state: z.string(),
  image: z.string(),
  labels: z.record(z.string(), z.string()),
  next: z.object({ action: z.string(), at: z.string() }).nullable().describe('What happens by itself, and when.'),
};

/** Start, look, stop, restart, pause, resume, extend, delete. */
export function addLifecycleTools(server: McpServer, session: Session): void {
  addStart(server, session);
  addList(server, session);
  addMoves(server, session);
  addExtend(server, session);
  addDelete(server, session);
}

function addStart(server: McpServer, session: Session): void {
  server.registerTool(
    'start_sandbox',
    {
      description: 'Start a sandbox; the tools work in it from now on. It stops by itself after its timeout.',
      inputSchema: {
        template: z.string().optional(),
        image: z.string().optional().describe('In place of a template.'),
        env: z.record(z.string(), z.string()).optional(),
        labels: z.record(z.string(), z.string()).optional(),
        timeoutSeconds: timeoutSeconds.optional(),
        reuseKey: z.string().min(1).max(255).optional().describe('Find or start: your sandbox of this key.'),
      },
      outputSchema: shownSchema,
    },
    ({ timeoutSeconds: seconds, ...wish }) =>
      answered(async () => {
        const lifetime = seconds === undefined ? {} : { lifetime: { timeoutSeconds: seconds } };
        const sandbox = await session.start({ ...given(wish), ...lifetime });
        return told(shown(sandbox.view));
      }),
  );
}

function addList(server: McpServer, session: Session): void {
  server.registerTool(
    'list_sandboxes',
    {
      description: 'List the sandboxes that are not deleted, newest first.',
      inputSchema: { limit: z.number().int().min(1).max(1_000).default(100) },
      outputSchema: { items: z.array(z.object(shownSchema)), truncated: z.boolean() },
      annotations: { readOnlyHint: true },
    },
    ({ limit }) =>
      answered(async () => {
        const items: ReturnType<typeof shown>[] = [];
        for await (const { view } of Sandbox.list({ pageSize: Math.min(limit + 1, 1_000) }, session.connection)) {
          if (items.length === limit) return told({ items, truncated: true });
          items.push(shown(view));
        }
        return told({ items, truncated: false });
      }),
  );
  server.registerTool(
    'get_sandbox',
    {
      description: 'Say why a sandbox is in its state, and what comes next.',
      inputSchema: whereFields,
      outputSchema: { ...shownSchema, sentence: z.string() },
      annotations: { readOnlyHint: true },
    },
    ({ sandboxId }, { signal }) =>
      answered(async () => {
        const sandbox = await session.sandbox(sandboxId);
        const { sentence } = await sandbox.explain({ signal });
        return told({ ...shown(sandbox.view), sentence }, `${sandbox.id}: ${sentence}`);
      }),
  );
}

const MOVES = {
  stop: 'Stop a sandbox; its files stay.',
  restart: 'Run a stopped sandbox again: its files are there, its processes are not.',
  pause: 'Freeze a sandbox with all that runs in it.',
  resume: 'Thaw a paused sandbox.',
} as const;

function addMoves(server: McpServer, session: Session): void {
  for (const move of ['stop', 'restart', 'pause', 'resume'] as const) {
    server.registerTool(
      `${move}_sandbox`,
      { description: MOVES[move], inputSchema: whereFields, outputSchema: shownSchema },
      ({ sandboxId }, { signal }) =>
        answered(async () => {
          const sandbox = await session.sandbox(sandboxId);
          await sandbox[move]({ signal });
          return told(shown(sandbox.view));
        }),
    );
  }
}

function addExtend(server: McpServer, session: Session): void {
  server.registerTool(
    'extend_sandbox',
    {
      description: 'Give a sandbox a new timeout, from now on.',
      inputSchema: { ...whereFields, timeoutSeconds },
      outputSchema: shownSchema,
    },
    ({ sandboxId, timeoutSeconds: seconds }, { signal }) =>
      answered(async () => {
        const sandbox = await session.sandbox(sandboxId);
        await sandbox.extend({ timeoutSeconds: seconds }, { signal });
        return told(shown(sandbox.view));
      }),
  );
}

function addDelete(server: McpServer, session: Session): void {
  server.registerTool(
    'delete_sandbox',
    {
      description: 'Remove a sandbox for good, with its files. It must be stopped, unless force is true.',
      inputSchema: { ...whereFields, force: z.boolean().default(false) },
      outputSchema: shownSchema,
      annotations: { destructiveHint: true },
    },
    ({ sandboxId, force }, { signal }) =>
      answered(async () => {
        const sandbox = await session.sandbox(sandboxId);
        await sandbox.delete({ force, signal });
        return told(shown(sandbox.view));
      }),
  );
}

function shown({ id, state, image, labels, deadlines }: SandboxView) {
  return { id, state, image, labels, next: deadlines.next };
}
