import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SandboxError } from '../../domain/errors.ts';

/** The agent as the build made it: Node, its libraries and loader, the program, and what it loads on first use. */
export interface AgentFolder {
  readonly path: string;
  /** From the content of every file. */
  readonly version: string;
  /** File name of the dynamic loader in lib/. */
  readonly loader: string;
}

const manifestSchema = z.object({ version: z.string(), loader: z.string() });

/** Reads what `npm run build` left at `path`; throws `start_failed` when there is nothing. */
export async function readAgentFolder(path: string): Promise<AgentFolder> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8'));
    return { path, ...manifestSchema.parse(manifest) };
  } catch (cause) {
    throw new SandboxError('start_failed', 'This installation has no agent to put into sandboxes.', {
      hint: 'Run `npm run build`.',
      cause,
    });
  }
}

/** Small heaps, and no threads of V8's own: they took 1.1 MB of an idle agent's 14.3 (2026-11-24). */
const FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=64', '--single-threaded'];

/**
 * Node's own loader and libraries by path, because an image may have none or others.
 */
export function agentArgv(folder: string, loader: string): readonly string[] {
  const lib = `${folder}/lib`;
  const node = [`${lib}/${loader}`, '--library-path', lib, `${folder}/node`];
  return [...node, ...FLAGS, `${folder}/agent.js`];
}
