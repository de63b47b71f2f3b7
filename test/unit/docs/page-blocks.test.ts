import { describe, expect, it } from 'vitest';
import { linesToRun } from '../../support/docs/not-run.ts';
import { readPage } from '../../support/docs/page.ts';
import { answersBelow, shellBlocksOf } from '../../support/docs/page-blocks.ts';
import { programsOf } from '../../support/docs/programs.ts';

const page = readPage(
  'docs/e2b.md',
  `# One
\`\`\`sh
npm install e2b
ls
\`\`\`

\`\`\`json
{}
\`\`\`

\`\`\`text
a
\`\`\`

And in other words:

\`\`\`text
b
\`\`\`
## Two
\`\`\`sh
npm install e2b
\`\`\`
\`\`\`bash
pwd
\`\`\`
\`\`\`sh
id
\`\`\`
\`\`\`ts
import a;
\`\`\`
\`\`\`ts
a();
\`\`\`
\`\`\`ts
import b;
\`\`\`
`,
);
const scripts = (setup?: Parameters<typeof shellBlocksOf>[1]) =>
  shellBlocksOf(page, setup).map(({ script }) => script.trim().split('\n'));

describe('the blocks of a page that are run', () => {
  it('are those of a shell, without the lines that are listed as not run', () => {
    expect(scripts()).toEqual([['ls'], ['pwd'], ['id']]);
    expect(linesToRun('docs/curl.md', 'npm install e2b')).toEqual(['npm install e2b']);
  });

  it('begin, under a heading, with what its setup says, and end with what must hold', () => {
    const setup = { before: { Two: 'export A=1' }, after: 'test 1' };
    expect(scripts(setup)).toEqual([['ls'], ['export A=1', 'pwd'], ['id'], ['test 1']]);
    expect(() => scripts({ before: { Three: 'x' } })).toThrow('docs/e2b.md has no commands under: Three');
  });

  it('have the answers that stand directly below', () => {
    const [first, second] = shellBlocksOf(page);
    const answers = [first, second].map((block) => block && answersBelow(page, block.fence).map(({ text }) => text));
    expect(answers).toEqual([['{}\n', 'a\n'], []]);
  });

  it('make a program from one that imports to the next', () => {
    expect(programsOf(page.fences).map(({ text }) => text)).toEqual(['import a;\n\na();\n', 'import b;\n']);
  });
});
