import type { Sandbox } from '../../../sdk/index.ts';
import type { Check } from '../cell.ts';
import { check } from '../check.ts';
import { exec, type Run } from '../run.ts';

/** What a `touch` in each must answer. */
const PATHS = [
  { path: '/mnt/user-data/workspace', wanted: 'ok' },
  { path: '/mnt/user-data/uploads', wanted: 'ok' },
  { path: '/mnt/user-data/outputs', wanted: 'ok' },
  { path: '/mnt/acp-workspace', wanted: 'EROFS' },
  { path: '/mnt/skills', wanted: 'EROFS' },
] as const;

const ERRNO_WORDS = {
  EROFS: 'Read-only file system',
  EACCES: 'Permission denied',
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  ENOSPC: 'No space left on device',
  EDQUOT: 'Disk quota exceeded',
} as const;

/** A check for each place where agents expect to write, or not to. */
export async function pathChecks(run: Run, sandbox: Sandbox): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const { path, wanted } of PATHS) {
    checks.push(
      await check(path, run.signal, async () => {
        const result = await exec(run, sandbox, ['env', 'LC_ALL=C', 'touch', `${path}/.matrix`]);
        const answer = touchAnswer(result);
        const value = answer === wanted ? answer : `${answer}, should be ${wanted}`;
        return { isOk: answer === wanted, value, evidence: { wanted, answer, ...result } };
      }),
    );
  }
  return checks;
}

/** `ok`, the name of the error, or what was said where its name is not known. */
export function touchAnswer({ exitCode, stderr }: { readonly exitCode: number; readonly stderr: string }): string {
  if (exitCode === 0) return 'ok';
  const known = Object.entries(ERRNO_WORDS).find(([, words]) => stderr.includes(words));
  return known?.[0] ?? (stderr.trim() || `code ${exitCode}`);
}
