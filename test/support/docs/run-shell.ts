import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fence } from './page.ts';

/** A block as it is to be run. */
export interface ShellBlock {
  readonly fence: Fence;
  readonly script: string;
}

/** Whoever runs the blocks of a page: where, and with which environment and no other. */
export interface ShellPlace {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

const DEADLINE_MS = 200_000;

/**
 * Runs the blocks of one page in one shell, one after the other, so that variables of one are known in the next. Returns
 * what each printed on both streams. Throws, with where it was and what that block said, when a command fails.
 */
export function runShell(blocks: readonly ShellBlock[], place: ShellPlace): Promise<readonly string[]> {
  const said = join(place.folder, '.said');
  mkdirSync(said);
  const saidBy = (index: number) => join(said, String(index));
  const groups = blocks.map(({ script }, index) => `{\n:\n${script}\n} >'${saidBy(index)}' 2>&1 </dev/null\n`);
  const file = join(said, 'page.sh');
  writeFileSync(file, ['set -eu\n', ...groups].join(''));
  const shell = blocks.some(({ fence }) => fence.language === 'bash') ? 'bash' : 'sh';
  const { folder: cwd, env } = place;
  return new Promise((resolve, reject) => {
    execFile(shell, [file], { cwd, env, timeout: DEADLINE_MS }, (error, _stdout, stderr) => {
      const outputs = blocks.map((_block, index) =>
        existsSync(saidBy(index)) ? readFileSync(saidBy(index), 'utf8') : '',
      );
      if (error === null) return resolve(outputs);
      const last = blocks.findLastIndex((_block, index) => existsSync(saidBy(index)));
      const { page, line } = blocks[last]?.fence ?? { page: 'the page', line: 0 };
      const ended = error.killed ? 'did not end in time' : `ended with ${error.code}`;
      reject(new Error(`${page}:${line} ${ended}\n${blocks[last]?.script}\n${outputs[last] ?? ''}${stderr}`));
    });
  });
}
