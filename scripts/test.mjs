import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrapOrExit, ROOT } from './bootstrap.mjs';
import { runInForeground } from './run-in-foreground.mjs';
import { readReport } from './test/read-report.mjs';
import { removeTestContainers } from './test/remove-test-containers.mjs';

await bootstrapOrExit('tests');
const scratch = mkdtempSync(join(tmpdir(), 'sandglass-test-'));
const runId = randomUUID();
try {
  const report = join(scratch, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...process.argv.slice(2)];
  const exitCode = await runInForeground(args, { cwd: ROOT, env: { ...process.env, SANDGLASS_TEST_RUN: runId } });
  await removeTestContainers(runId);
  const { passed, failed, skipped, skippedTitles, failedFiles } = readReport(report, exitCode);
  if (!process.argv.includes('-t')) for (const title of skippedTitles) console.error(`skipped: ${title}`);
  if (failed > 0) console.error(`Repeat with: npm test${failedFiles.length > 0 ? ` -- ${failedFiles.join(' ')}` : ''}`);
  if (passed + failed === 0) console.error('no test was executed');
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = exitCode !== 0 || failed > 0 || passed === 0 ? 1 : 0;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
