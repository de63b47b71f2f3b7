import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { contentHash } from './content-hash.mjs';
import { installDebianPackages } from './debian-packages.mjs';
import { findProgram, runCommand } from './run-command.mjs';
import { BootstrapError, say } from './say.mjs';

const STAMP = '.sandglass-lockfile-hash';
const NPM_CI_MS = 900_000;
const STEP = 'npm-packages:';
const OPEN_A_DATABASE = "new (require('better-sqlite3'))(':memory:')";

export const npmPackages = {
  name: 'npm-packages',
  what: 'the npm packages of package-lock.json',
  why: 'the service and its tests are made of them',
  needs: [],
  isMissing: async ({ root }) => !isInstalled(root) || !(await databaseLoads(root)),
  plan: 'npm ci (about 90 s where better-sqlite3 must be compiled)',
  command: 'npm ci',
  provide,
};

async function provide({ root }) {
  const npm = findProgram('npm');
  if (!npm) throw new BootstrapError('npm is not on the PATH', 'install Node.js 20 or newer together with npm');
  if (!isInstalled(root)) {
    say(STEP, 'npm ci');
    await withCompiler(() => runNpm(npm, ['ci'], root));
    await writeFile(join(root, 'node_modules', STAMP), lockfileHash(root));
  }
  if (await databaseLoads(root)) return;
  say(STEP, 'better-sqlite3 does not load with this Node.js: npm rebuild better-sqlite3');
  await withCompiler(() => runNpm(npm, ['rebuild', 'better-sqlite3'], root));
}

function runNpm(npm, args, root) {
  return runCommand([npm, ...args, '--foreground-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
    env: { ...process.env, ...localHeaders() },
    timeoutMs: NPM_CI_MS,
    onLine: (line) => /^(npm error \S|added |rebuilt |> |gyp (info (using|ok)|ERR))/.test(line) && say(STEP, line),
  });
}

/** Tries once more with a compiler, when there was none. */
async function withCompiler(install) {
  try {
    await install();
  } catch (error) {
    const missing = ['python3', 'make', 'g++'].filter((name) => !findProgram(name));
    if (missing.length === 0) throw new BootstrapError(error.message, 'npm ci');
    say(STEP, `${missing.join(', ')} missing, and better-sqlite3 must be compiled here`);
    await installDebianPackages(STEP, missing);
    await install();
  }
}

/** Node's own headers, where they came with Node: compiling then needs no download of them. */
function localHeaders() {
  const prefix = dirname(dirname(process.execPath));
  const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node.h'));
  return hasHeaders && !process.env['npm_config_nodedir'] ? { npm_config_nodedir: prefix } : {};
}

function isInstalled(root) {
  return readStamp(root) === lockfileHash(root) || matchesLockfile(root);
}

function lockfileHash(root) {
  return contentHash(root, ['package-lock.json']);
}

function readStamp(root) {
  const file = join(root, 'node_modules', STAMP);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** True after a plain `npm install` too: npm records what it put into node_modules, in the lockfile's own form. */
function matchesLockfile(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const { '': _self, ...wanted } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const isThere = ([path, one]) => (installed[path] ? installed[path].version === one.version : one.optional === true);
  return Object.entries(wanted).every(isThere) && Object.keys(installed).every((path) => path in wanted);
}

/** In a process of its own: what this one has loaded it would not load again. */
async function databaseLoads(root) {
  return runCommand([process.execPath, '--eval', OPEN_A_DATABASE], { cwd: root, timeoutMs: 30_000 }).then(
    () => true,
    () => false,
  );
}
