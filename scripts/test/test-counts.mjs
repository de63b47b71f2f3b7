import { existsSync, readFileSync } from 'node:fs';

/**
 * Sums vitest's JSON report. A file that could not be loaded counts as one failed test, and so does a run that
 * ended badly outside of any test (an unhandled error, a crash).
 */
export function countTests(reportFile, exitCode) {
  const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : NOTHING;
  const unloadable = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !hasFailed(assertionResults),
  );
  const failed = report.numFailedTests + unloadable.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 && report.numTotalTests > 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function hasFailed(assertionResults) {
  return assertionResults.some(({ status }) => status === 'failed');
}

const NOTHING = {
  numTotalTests: 0,
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
};
