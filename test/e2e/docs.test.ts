import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest';
import { type DocsService, docsService } from '../support/docs/docs-service.ts';
import { type Fence, type Page, pages } from '../support/docs/page.ts';
import { answersBelow, shellBlocksOf } from '../support/docs/page-blocks.ts';
import { pageSetups } from '../support/docs/page-setup.ts';
import { programsOf, runProgram, typeErrors } from '../support/docs/programs.ts';
import { runShell } from '../support/docs/run-shell.ts';
import { differenceOf } from '../support/docs/same-shape.ts';

// Dozens of commands a page, and each is a process.
vi.setConfig({ testTimeout: 240_000 });

const everyPage = pages();
let service: DocsService;
beforeAll(async () => {
  service = await docsService();
  const isReady = async () => expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  await vi.waitFor(isReady, { timeout: 60_000 });
});
afterAll(() => service?.dispose());

/** Where the answers below a block are not what came. */
function differences(page: Page, fence: Fence, output: string): readonly string[] {
  return answersBelow(page, fence).flatMap((answer) => {
    const difference = differenceOf(answer.language, answer.text, output);
    return difference === undefined ? [] : [`${answer.page}:${answer.line}: ${difference}`];
  });
}

function isOnPath(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;
}

async function runCommands(page: Page, { skip }: TestContext): Promise<void> {
  const setup = pageSetups[page.path] ?? {};
  const missing = setup.needs?.filter((program) => !isOnPath(program)) ?? [];
  skip(missing.length > 0, `not on this machine: ${missing.join(', ')}`);
  const blocks = shellBlocksOf(page, setup);
  const scripts = blocks.map(({ fence, script }) => ({ fence, script: service.placed(script) }));
  const outputs = await runShell(scripts, service.placeOf(page.path, setup));
  const shown = setup.after === undefined ? blocks : blocks.slice(0, -1);
  expect(shown.flatMap(({ fence }, index) => differences(page, fence, outputs[index] ?? ''))).toEqual([]);
}

const withCommands = everyPage.filter((page) => shellBlocksOf(page).length > 0);
const first = withCommands.filter(({ path }) => pageSetups[path]?.isFirst === true);
const others = withCommands.filter((page) => !first.includes(page));
const programs = everyPage.flatMap((page) => programsOf(page.fences).map((program) => ({ page, program })));

describe('what the pages show first', () => {
  it.for(first)('the commands of $path', runCommands);
});

describe.concurrent('every other block of the pages does what it says', () => {
  it.for(others)('the commands of $path', runCommands);

  it('the programs have the types they need', async () => {
    expect(programs.length).toBeGreaterThan(2);
    const texts = programs.map(({ program }) => program);
    expect(await typeErrors(texts, service.folder)).toEqual([]);
  });

  it.each(programs)('a program of $page.path', async ({ page, program }) => {
    const output = await runProgram({ ...program, text: service.placed(program.text) }, service.folder, service.env);
    expect(program.fences.flatMap((fence) => differences(page, fence, output))).toEqual([]);
  });

  it('what is written in Python can be compiled', async () => {
    for (const { text } of everyPage.flatMap(({ fences }) => fences.filter(({ language }) => language === 'python'))) {
      await promisify(execFile)('python3', ['-c', 'import sys; compile(sys.argv[1], "page", "exec")', text]);
    }
  });
});
