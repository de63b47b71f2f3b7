import { type ExecFileException, execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { transform } from 'esbuild';
import type { Fence } from './page.ts';

/** A program of a page: its blocks from one that imports to the next that does. */
export interface Program {
  readonly fences: readonly Fence[];
  readonly text: string;
}

const LANGUAGES = ['ts', 'js'];
const PACKAGES = { sandglass: '.', e2b: 'node_modules/e2b', '@types': 'node_modules/@types' };
const DEADLINE_MS = 120_000;

export function programsOf(fences: readonly Fence[]): readonly Program[] {
  const programs: Fence[][] = [];
  for (const fence of fences.filter(({ language }) => LANGUAGES.includes(language))) {
    const open = programs.at(-1);
    if (open === undefined || /^import /m.test(fence.text)) programs.push([fence]);
    else open.push(fence);
  }
  return programs.map((own) => ({ fences: own, text: own.map(({ text }) => text).join('\n') }));
}

/** Makes the packages that pages import be found in a folder, as after an `npm install` of them. */
export function installPackages(folder: string): void {
  mkdirSync(join(folder, 'node_modules'));
  for (const [name, path] of Object.entries(PACKAGES)) symlinkSync(resolve(path), join(folder, 'node_modules', name));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
}

/** What the compiler says against the programs, strictly; empty when it is content. */
export async function typeErrors(programs: readonly Program[], folder: string): Promise<readonly string[]> {
  const files = programs.map((_program, index) => `typed-${index}.ts`);
  for (const [index, { text }] of programs.entries()) writeFileSync(join(folder, files[index] ?? ''), text);
  const libraries = 'ES2023,ESNext.Disposable';
  const options = [
    '--strict',
    '--noEmit',
    '--skipLibCheck',
    '--pretty',
    'false',
    '--target',
    'ES2023',
    '--lib',
    libraries,
  ];
  const argv = [
    resolve('node_modules/typescript/bin/tsc'),
    ...options,
    '--module',
    'NodeNext',
    '--types',
    'node',
    ...files,
  ];
  const { error, output } = await runNode(argv, folder);
  if (error === null) return [];
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) =>
    line.replace(/^typed-(\d+)\.ts/, (_all, index) => `the program at ${placeOf(programs[index])}`),
  );
}

/** Runs a program in a folder; returns what it printed, and throws with that when it fails. */
export async function runProgram(
  program: Program,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { code } = await transform(program.text, { loader: 'ts', format: 'esm', target: 'node20' });
  const file = join(folder, `run-${placeOf(program).replaceAll(/\W/g, '-')}.mjs`);
  writeFileSync(file, code);
  const { error, output } = await runNode([file], folder, env);
  if (error !== null) throw new Error(`${placeOf(program)}: ${error.message}\n${output}`);
  return output;
}

function placeOf(program: Program | undefined): string {
  return `${program?.fences[0]?.page}:${program?.fences[0]?.line}`;
}

interface Ended {
  readonly error: ExecFileException | null;
  /** Of both streams. */
  readonly output: string;
}

function runNode(argv: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((done) => {
    execFile(process.execPath, argv, { cwd, env, timeout: DEADLINE_MS }, (error, stdout, stderr) => {
      done({ error, output: `${stdout}${stderr}` });
    });
  });
}
