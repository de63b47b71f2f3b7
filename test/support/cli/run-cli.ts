import { runCommand } from '../../../src/cli/run-command.ts';

export interface CliEnd {
  readonly exitCode: number;
  /** What would be on standard output. */
  readonly results: string;
  /** What would be on standard error. */
  readonly progress: string;
}

/** Runs one command line in this process, with that environment and no other. */
export async function runCli(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliEnd> {
  let results = '';
  let progress = '';
  const output = {
    result: (text: string) => {
      results += `${text}\n`;
    },
    progress: (text: string) => {
      progress += `${text}\n`;
    },
    write: async (bytes: Uint8Array, to: 'stdout' | 'stderr' = 'stdout') => {
      if (to === 'stdout') results += new TextDecoder().decode(bytes);
      else progress += new TextDecoder().decode(bytes);
    },
    status: () => {},
    paint: (_style: string, text: string) => text,
  };
  const exitCode = await runCommand(argv, { env, output });
  return { exitCode, results, progress };
}
