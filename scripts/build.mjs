import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUILD_STAMP, sourcesHash } from './bootstrap/build.mjs';
import { buildAgent } from './build-agent.mjs';
import { buildDashboard } from './build-dashboard.mjs';
import { bundleService } from './bundle-service.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, 'dist');
const SDK = 'src/sdk/index.ts';
const ENTRIES = [
  { from: 'src/main.ts', to: 'main.js', isService: true },
  { from: 'src/cli/main.ts', to: 'cli.js', isProgram: true },
  { from: SDK, to: 'sdk.js' },
  { from: 'demo/main.ts', to: 'demo.js' },
  { from: 'src/runtime/docker/host-rules/main.ts', to: 'host-rules.js' },
];

// In dist and not in /tmp: a rename works only within one file system.
const scratch = join(DIST, `.new-${process.pid}`);
const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).stdout?.trim() ?? '';
const builtFrom = sourcesHash(ROOT);
mkdirSync(scratch, { recursive: true });
try {
  const present = ENTRIES.filter(({ from }) => existsSync(join(ROOT, from)));
  for (const { from } of ENTRIES.filter((entry) => !present.includes(entry)))
    console.log(`skipped ${from}: it does not exist`);
  await Promise.all([
    ...present.map(bundle),
    buildAgent(ROOT, join(scratch, 'agent')),
    buildDashboard(ROOT, join(scratch, 'dashboard')),
  ]);
  if (existsSync(join(ROOT, SDK))) writeDeclarations();
  publish();
  console.log(
    `built ${[...present.map(({ to }) => `dist/${to}`), 'dist/agent', 'dist/dashboard'].join(', ') || 'nothing'}`,
  );
} catch (error) {
  // esbuild has told its own errors already.
  if (!error.errors) console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function bundle({ from, to, isProgram, isService }) {
  const outfile = join(scratch, to);
  if (isService) return bundleService({ root: ROOT, from, outfile });
  const hasHashbang = readFileSync(join(ROOT, from), 'utf8').startsWith('#!');
  await build({
    absWorkingDir: ROOT,
    entryPoints: [{ in: from, out: to.replace(/\.js$/, '') }],
    outdir: scratch,
    // A program loads only what the command it was called with needs. Chunks lie beside it: paths are relative to dist.
    splitting: isProgram === true,
    chunkNames: 'chunk-[hash]',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    define: { 'process.env.SANDGLASS_BUILD_COMMIT': JSON.stringify(commit) },
    sourcemap: true,
    logLevel: 'warning',
    banner: isProgram && !hasHashbang ? { js: '#!/usr/bin/env node' } : {},
  });
  if (isProgram) chmodSync(outfile, 0o755);
}

/** Types only: `npm run typecheck` is where errors are told. */
function writeDeclarations() {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '--project', join(ROOT, 'tsconfig.sdk.json'), '--outDir', scratch];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', timeout: 120_000 });
  if (status !== 0) throw new Error(`no type declarations for the sdk:\n${stdout}`);
}

/** Puts each new file in place by a rename, so that a service that runs never meets half a file, then drops old ones. */
function publish() {
  const fresh = filesUnder(scratch);
  for (const file of fresh) {
    mkdirSync(dirname(join(DIST, file)), { recursive: true });
    renameSync(join(scratch, file), join(DIST, file));
  }
  for (const file of filesUnder(DIST)) {
    if (!fresh.includes(file) && !file.startsWith('.new-')) rmSync(join(DIST, file));
  }
  writeFileSync(join(DIST, BUILD_STAMP), builtFrom);
}

function filesUnder(folder, root = folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path, root) : [relative(root, path)];
  });
}
