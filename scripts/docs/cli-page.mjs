import { tsImport } from 'tsx/esm/api';
import { markdownTable } from './markdown-table.mjs';

const HELP_WIDTH = 100;

const INTRODUCTION = `# The command line

<!-- Written by scripts/docs.mjs from src/cli. -->

\`sandglass\` is the program of the package (\`node dist/cli.js\` in this repository). Results go to standard output, everything
else to standard error; \`--json\` is for machines; colours appear on a terminal only, and not with \`NO_COLOR\`.

Commands that call the service find it by \`--url\` or \`SANDGLASS_URL\` and send the key of \`--key\` or \`SANDGLASS_API_KEY\`. Where
neither names a key and the service is on this machine, the first admin key is read from \`admin.key\` in
\`SANDGLASS_DATA_DIR\`.
`;

export async function cliPage() {
  const { sandglassProgram } = await tsImport('../../src/cli/program.ts', import.meta.url);
  const { exitCodes } = await tsImport('../../src/cli/exit-code.ts', import.meta.url);
  const program = sandglassProgram({ env: {}, output: { result() {}, progress() {}, paint: (_style, text) => text } });
  const codes = Object.values(exitCodes).map(({ code, meaning }) => [String(code), meaning]);
  return [
    INTRODUCTION,
    '## Exit codes\n',
    markdownTable(['code', 'meaning'], codes),
    '',
    ...leaves(program).map(section),
  ].join('\n');
}

function leaves(command) {
  const commands = command.commands.filter((one) => one.name() !== 'help');
  return commands.length === 0 ? [command] : commands.flatMap(leaves);
}

function section(command) {
  const names = [];
  for (let one = command; one.parent; one = one.parent) names.unshift(one.name());
  const help = command.configureHelp({ helpWidth: HELP_WIDTH }).helpInformation().trimEnd();
  return [`## ${names.join(' ')}\n`, '```', help, '```\n'].join('\n');
}
