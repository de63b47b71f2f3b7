// Makes dist/agent: everything that runs inside a sandbox, whatever its image has or lacks.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative } from 'node:path';
import { build } from 'esbuild';
import { findProgram } from './bootstrap/run-command.mjs';

const require = createRequire(import.meta.url);

/** Builds it into `folder`; the files of Node itself are taken from the Node that runs this. */
export async function buildAgent(root, folder) {
  mkdirSync(join(folder, 'lib'), { recursive: true });
  await bundle(root, folder);
  copyNative(folder);
  copyProgram(folder, 'mkfifo');
  const loader = copyNode(folder);
  const version = contentHash(folder).slice(0, 12);
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify({ version, loader })}\n`);
}

async function bundle(root, folder) {
  await build({
    absWorkingDir: root,
    entryPoints: [{ in: 'src/agent/main.ts', out: 'agent' }],
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['@lydell/node-pty', './pty/*'],
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: false,
    sourcemap: false,
    logLevel: 'warning',
  });
}

/** Prebuilt native libraries, of this platform; loaded by the agent when it first needs them. */
function copyNative(folder) {
  const platform = `${process.platform}-${process.arch}`;
  const libc = process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'gnu';
  for (const name of ['@lydell/node-pty', `@lydell/node-pty-${platform}`, `@napi-rs/xattr-${platform}-${libc}`]) {
    const from = packageFolder(name);
    copyTree(from, join(folder, 'node_modules', name), (file) => !/\.(map|d\.ts|md)$/.test(file));
  }
}

/** Where a package lies; its exports may hide its package.json. */
function packageFolder(name) {
  const place = require.resolve.paths(name).find((folder) => existsSync(join(folder, name, 'package.json')));
  if (place === undefined) throw new Error(`the package ${name} is not installed: npm ci`);
  return join(place, name);
}

function copyTree(from, to, isWanted) {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const path = join(from, name);
    if (statSync(path).isDirectory()) copyTree(path, join(to, name), isWanted);
    else if (isWanted(path)) copyFileSync(path, join(to, name));
  }
}

/** A program of this machine that the agent needs in every image. */
function copyProgram(folder, name) {
  const path = findProgram(name);
  if (!path) throw new Error(`the program ${name} is not installed: it is part of coreutils`);
  copyFileSync(realpathSync(path), join(folder, name));
}

/** Node, each library that it and the terminal library are linked with, and the loader; answers the loader's name. */
function copyNode(folder) {
  const node = realpathSync(process.execPath);
  copyFileSync(node, join(folder, 'node'));
  let loader;
  for (const line of [node, join(folder, 'mkfifo'), ...nativeModules(folder)].flatMap(linkedWith)) {
    const path = /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1];
    if (path === undefined || !existsSync(path)) continue;
    const name = basename(path);
    copyFileSync(realpathSync(path), join(folder, 'lib', name));
    if (/^ld-(linux|musl)/.test(name)) loader = name;
  }
  if (loader === undefined) throw new Error('the dynamic loader of this Node was not found: is it a static build?');
  return loader;
}

function nativeModules(folder) {
  return filesUnder(folder).filter((file) => file.endsWith('.node'));
}

function linkedWith(file) {
  const { status, stdout, stderr } = spawnSync('ldd', [file], { encoding: 'utf8', timeout: 10_000 });
  if (status !== 0) throw new Error(`ldd ${basename(file)}: ${stderr}`);
  return stdout.split('\n');
}

function contentHash(folder) {
  const hash = createHash('sha256');
  for (const file of filesUnder(folder)) {
    hash.update(relative(folder, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function filesUnder(folder) {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesUnder(path) : [path];
    });
}
