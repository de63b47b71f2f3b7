import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DEADLINE_MS = 300_000;

/** The package as a user has it: packed from this tree, installed into a folder that holds nothing else. */
export interface InstalledPackage {
  readonly folder: string;
  /** Paths of the files in the tarball, without the leading `package/`. */
  readonly files: readonly string[];
  readonly tarballBytes: number;
  remove(): void;
}

interface LockedPackage {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly bin?: unknown;
}

/**
 * Packs what `npm run build` left, and lets npm install the tarball. No registry is asked: the dependencies of
 * production, and no others, are copied from this tree's node_modules first.
 */
export async function installPackage(): Promise<InstalledPackage> {
  const scratch = mkdtempSync(join(tmpdir(), 'sandglass-package-'));
  try {
    const folder = join(scratch, 'empty');
    mkdirSync(folder);
    const { tarball, files, size } = await packed(scratch);
    writeLocked(folder, tarball, copyDependencies(folder));
    // A cache of its own, so that nothing comes out of this machine's.
    const offline = ['--offline', '--cache', join(scratch, 'cache'), '--no-audit', '--no-fund', '--ignore-scripts'];
    await run('npm', ['install', ...offline], { cwd: folder, timeout: DEADLINE_MS });
    return { folder, files, tarballBytes: size, remove: () => rmSync(scratch, { recursive: true, force: true }) };
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
}

/** Without the script `prepack`: it would build again, below the feet of tests that run beside this one. */
async function packed(into: string) {
  const argv = ['pack', '--json', '--ignore-scripts', '--pack-destination', into];
  const { stdout } = await run('npm', argv, { timeout: DEADLINE_MS, maxBuffer: 16 * 1024 * 1024 });
  const answer = JSON.parse(stdout) as [{ filename: string; size: number; files: { path: string }[] }];
  const [{ filename, size, files }] = answer;
  return { tarball: join(into, filename), size, files: files.map(({ path }) => path) };
}

/** Copies and not links: Node would look for what a linked package imports in this tree, where all is found. */
function copyDependencies(folder: string): Record<string, LockedPackage> {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockedPackage> };
  const wanted = Object.entries(lock.packages).filter(
    ([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional,
  );
  for (const [path] of wanted) {
    const isNested = path.lastIndexOf('node_modules/') > 0;
    // What is optional is not there on every platform.
    if (isNested || !existsSync(path)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(path, join(folder, path), { recursive: true });
  }
  // npm fetches a package again whose programs it does not find linked.
  return Object.fromEntries(wanted.map(([path, { bin: _programs, ...one }]) => [path, one]));
}

/** A project that depends on the tarball alone, with the versions locked that this tree was tested with. */
function writeLocked(folder: string, tarball: string, dependencies: Record<string, LockedPackage>): void {
  const { version, bin, dependencies: needs } = JSON.parse(readFileSync('package.json', 'utf8'));
  const project = { private: true, type: 'module', dependencies: { sandglass: `file:${tarball}` } };
  const sandglass = { version, resolved: `file:${tarball}`, bin, dependencies: needs };
  const packages = { '': project, 'node_modules/sandglass': sandglass, ...dependencies };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
}

/** What the TypeScript compiler of this tree says of programs in that folder, by their names; one error a line. */
export async function typeErrors(
  folder: string,
  programs: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const files = Object.keys(programs);
  for (const [file, text] of Object.entries(programs)) writeFileSync(join(folder, file), text);
  // No types but those that the package brings.
  const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2023', types: [] };
  const lib = ['esnext', 'dom', 'dom.asynciterable'];
  const config = { compilerOptions: { ...compilerOptions, lib }, files };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const argv = [resolve('node_modules/typescript/bin/tsc'), '--project', 'tsconfig.json'];
  try {
    await run(process.execPath, argv, { cwd: folder, timeout: DEADLINE_MS });
    return [];
  } catch (error) {
    const stdout = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    const lines = stdout.split('\n').filter((line) => line !== '');
    if (lines.length === 0) throw error;
    return lines;
  }
}

/** Names that begin with a letter, of a folder. */
export function namesIn(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => /^[a-z]/.test(name));
}
