import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * Sums vitest's JSON report. A file that could not be loaded counts as one failed test, and so does a run that
 * ended badly outside of any test (an unhandled error, a crash).
 */
export function readReport(reportFile, exitCode) {
  const files = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')).testResults : [];
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const failedFiles = files.filter(
    ({ status, assertionResults }) => status === 'failed' || assertionResults.some(hasFailed),
  );
  const unloadable = failedFiles.filter(({ assertionResults }) => !assertionResults.some(hasFailed));
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
  const failed = tests.filter(hasFailed).length + unloadable.length;
  return {
    passed: tests.length - tests.filter(hasFailed).length - skipped.length,
    failed: failed === 0 && exitCode !== 0 && tests.length > 0 ? 1 : failed,
    skipped: skipped.length,
    skippedTitles: skipped.map(({ fullName }) => fullName),
    failedFiles: failedFiles.map(({ name }) => relative(process.cwd(), name)),
  };
}

function hasFailed({ status }) {
  return status === 'failed';
}
