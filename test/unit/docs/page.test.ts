import { describe, expect, it } from 'vitest';
import { readPage } from '../../support/docs/page.ts';

const MARKDOWN = `# One

\`\`\`sh
ls
\`\`\`

\`\`\`text
a.txt
\`\`\`

Words.

1. In a list:

   \`\`\`json
   { "a":
     1 }
   \`\`\`

## Two

\`\`\`
# no heading
\`\`\`
`;

describe('a page', () => {
  it('is read as its blocks, each with its line, language, heading and text', () => {
    const { fences, headings, prose } = readPage('a.md', MARKDOWN);
    expect(fences).toEqual([
      { page: 'a.md', line: 3, language: 'sh', text: 'ls\n', heading: 'One', isNext: false },
      { page: 'a.md', line: 7, language: 'text', text: 'a.txt\n', heading: 'One', isNext: true },
      { page: 'a.md', line: 15, language: 'json', text: '{ "a":\n  1 }\n', heading: 'One', isNext: false },
      { page: 'a.md', line: 22, language: '', text: '# no heading\n', heading: 'Two', isNext: false },
    ]);
    expect(headings).toEqual(['One', 'Two']);
    expect(prose[10]).toBe('Words.');
    expect(prose.join('')).not.toContain('ls');
  });

  it('is refused with a block that has no end', () => {
    expect(() => readPage('a.md', 'x\n```sh\nls\n')).toThrow('a.md:2: this block has no end');
  });
});
