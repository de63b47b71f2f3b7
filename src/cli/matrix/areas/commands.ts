import type { Sandbox } from '../../../sdk/index.ts';
import type { Check } from '../cell.ts';
import { check } from '../check.ts';
import { exec, type Run } from '../run.ts';

const LIMIT_SECONDS = 1;

/** What a command prints, how it fails, and that its time is kept. */
export async function commandChecks(run: Run, sandbox: Sandbox): Promise<readonly Check[]> {
  return [
    await check('output', run.signal, async () => {
      const result = await exec(run, sandbox, ['sh', '-c', 'echo said; echo warned >&2']);
      const isOk = result.stdout === 'said\n' && result.stderr === 'warned\n' && result.exitCode === 0;
      return { isOk, value: isOk ? 'stdout and stderr apart, code 0' : `code ${result.exitCode}`, evidence: result };
    }),
    await check('failure', run.signal, async () => {
      const result = await exec(run, sandbox, ['sh', '-c', 'echo because >&2; exit 42']);
      const isOk = result.exitCode === 42 && result.stderr === 'because\n' && !result.timedOut;
      return { isOk, value: `code ${result.exitCode} as a result`, evidence: result };
    }),
    await check('timeout', run.signal, async () => {
      const result = await exec(run, sandbox, ['sleep', '30'], LIMIT_SECONDS);
      const isOk = result.timedOut && result.exitCode !== 0 && result.durationMs < LIMIT_SECONDS * 1000 + 5_000;
      const end = result.timedOut ? `ended by ${result.signal ?? 'itself'}` : 'NOT ended';
      return {
        isOk,
        value: `${end} after ${Math.round(result.durationMs)} ms, limit ${LIMIT_SECONDS * 1000}`,
        evidence: result,
      };
    }),
  ];
}
