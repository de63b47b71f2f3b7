import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash } from './content-hash.mjs';
import { runCommand } from './run-command.mjs';
import { BootstrapError, say } from './say.mjs';

export const BUILD_STAMP = '.built-from';
const SOURCES = [
  'src',
  'demo',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.sdk.json',
  'scripts/build.mjs',
  'scripts/build-agent.mjs',
  'scripts/build-dashboard.mjs',
];

export const build = {
  name: 'build',
  what: 'dist, built from the sources as they are',
  why: 'Node.js runs it',
  needs: ['npm-packages'],
  isMissing: async ({ root }) => readStamp(root) !== sourcesHash(root),
  plan: 'npm run build',
  command: 'npm run build',
  provide,
};

export function sourcesHash(root) {
  return contentHash(root, SOURCES);
}

async function provide({ root }) {
  const onLine = (line) => line.trim() && say('build:', line);
  const argv = [process.execPath, join('scripts', 'build.mjs')];
  await runCommand(argv, { cwd: root, timeoutMs: 180_000, onLine }).catch(() => {
    throw new BootstrapError('the build failed (its errors are above)', 'npm run build');
  });
}

function readStamp(root) {
  const file = join(root, 'dist', BUILD_STAMP);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
