import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import type { ExecResult } from '../../sdk/index.ts';
import { cutText } from '../cut-text.ts';
import type { Session } from '../session.ts';
import { answered, told } from '../tool-answer.ts';
import { given, whereFields } from '../tool-fields.ts';

/** As much as the service keeps of each output. */
const MOST_BYTES = 10 * 1024 * 1024;
/** As much as a model reads with profit. */
const USUAL_BYTES = 64 * 1024;

const inputSchema = {
  ...whereFields,
  command: z.string().min(1).describe('Runs in a login shell: bash -lc, sh where there is no bash.'),
  cwd: z.string().min(1).optional(),
  env: z.record(z.string(), z.string()).optional(),
  user: z.string().optional(),
  stdin: z.string().optional(),
  timeoutSeconds: z.number().positive().max(2_592_000).default(60).describe('Then its whole process group is killed.'),
  maxOutputBytes: z
    .number()
    .int()
    .min(1)
    .max(MOST_BYTES)
    .default(USUAL_BYTES)
    .describe('Of each output; a longer one is truncated in its middle.'),
};

const outputSchema = {
  execId: z.string(),
  exitCode: z.number(),
  signal: z.string().nullable(),
  stdout: z.string(),
  stderr: z.string(),
  timedOut: z.boolean(),
  truncated: z.object({ stdout: z.boolean(), stderr: z.boolean() }),
  durationMs: z.number(),
};

/** A code that is not 0 is a result. A call that is cancelled kills its command. */
export function addBashTool(server: McpServer, session: Session): void {
  server.registerTool(
    'bash',
    { description: 'Run a shell command in the sandbox, to its end.', inputSchema, outputSchema },
    ({ sandboxId, command, maxOutputBytes, ...options }, { signal }) =>
      answered(async () => {
        const sandbox = await session.sandbox(sandboxId);
        const execId = crypto.randomUUID();
        const kill = () => void sandbox.killExec(execId).catch(() => undefined);
        signal.addEventListener('abort', kill, { once: true });
        try {
          const result = await sandbox.exec(command, { ...given(options), execId, signal });
          const short = shortened(result, maxOutputBytes);
          return told(short, textOf(short));
        } finally {
          signal.removeEventListener('abort', kill);
        }
      }),
  );
}

function shortened(result: ExecResult, limitBytes: number): ExecResult {
  const stdout = cutText(result.stdout, limitBytes);
  const stderr = cutText(result.stderr, limitBytes);
  const truncated = {
    stdout: stdout.isCut || result.truncated.stdout,
    stderr: stderr.isCut || result.truncated.stderr,
  };
  return { ...result, stdout: stdout.text, stderr: stderr.text, truncated };
}

function textOf({ exitCode, signal, stdout, stderr, timedOut }: ExecResult): string {
  const ending = timedOut
    ? 'It took too long and was killed.'
    : `Exit code ${exitCode}${signal === null ? '' : ` (${signal})`}.`;
  return [stdout, ...(stderr === '' ? [] : [`stderr:\n${stderr}`]), ending].filter((part) => part !== '').join('\n');
}
