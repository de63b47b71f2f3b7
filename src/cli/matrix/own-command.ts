import { spawn } from 'node:child_process';

/** Words in braces are replaced: `{id}` by what has that name. Others stay. */
export function filledIn(argv: readonly string[], values: Readonly<Record<string, string>>): readonly string[] {
  return argv.map((word) =>
    word.replace(/\{(\w+)\}/g, (all, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? all) : all)),
  );
}

/** Runs it without a shell, silently; its exit code, or 128 when a signal ended it. Throws when it cannot be run. */
export function runArgv([program = '', ...words]: readonly string[], signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'ignore', signal });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 128));
  });
}
