import { tsImport } from 'tsx/esm/api';
import { markdownTable } from './markdown-table.mjs';

const HELP_WIDTH = 100;
const HIDDEN = ['help', 'complete'];

const INTRODUCTION = `# The command line

<!-- Written by scripts/docs.mjs from src/cli. -->

\`sandglass\` is the program of the package (\`node dist/cli.js\` in this repository). Results go to standard output, everything
else to standard error; \`--json\` is for machines; colours appear on a terminal only, and not with \`NO_COLOR\`.

Commands that call the service find it by \`--url\` or \`SANDGLASS_URL\` and send the key of \`--key\` or \`SANDGLASS_API_KEY\`. Where
neither names a key and the service is on this machine, the first admin key is read from \`admin.key\` in
\`SANDGLASS_DATA_DIR\`.

Ids of sandboxes may be shortened to 4 characters and more, as long as one sandbox alone begins so; those of deleted ones may not.
Spans are \`90s\`, \`15m\`, \`2h\` or \`3d\` (a number alone is seconds), sizes \`512m\` or \`2g\` (a number alone is MiB).

\`eval "$(sandglass completion bash)"\` in a \`.bashrc\`, or the same with \`zsh\` in a \`.zshrc\`, completes commands, options and ids.

## A first round

\`\`\`bash
id=$(sandglass start -q --timeout 30m)
sandglass exec $id -- python3 -c 'print(6 * 7)'
echo 'what is piped in' | sandglass exec $id cat
sandglass cp ./src $id:/home/user/
sandglass shell $id
sandglass logs -f $id
sandglass stop $id
sandglass restart $id
sandglass rm -f $id
\`\`\`

## Commands inside

\`exec\` runs the words as they are, without a shell: \`--shell\` runs them as one line of a login shell. Options of ours stand before
the id. What is piped in is read to its end and then given to the command, bytes of any kind and any length. A pipe that stays open
and says nothing for a second gives it nothing, which is said; \`--stdin\` waits for its end, \`</dev/null\` gives none at once.
Ctrl-C kills the command too.

\`shell\` needs a terminal. Every key goes to the shell inside, Ctrl-C too; it ends with \`exit\` or Ctrl-D.

\`cp\` copies into what is a folder already, and under the new name otherwise. What comes out of a sandbox is not trusted: links that
lead out of the folder are left out and named, no file gets a set-uid bit, and everything belongs to who copies. The same links are
left out on the way in. A path of this machine with a colon before its first slash needs \`./\` in front.

## The runtime matrix

\`matrix\` does the same work in each container runtime of the engine and prints a table: a row for each area, \`ok\`, \`failed\`,
\`unmeasured\` (the cell says what is missing) or \`absent\`. \`--format json\` has the evidence of each cell: what was answered, as it
came. It needs an admin key: it makes templates, a key of another tenant and sandboxes, all named or labelled after the run, and
removes them at its end, with Ctrl-C too. It ends with 1 when a cell failed or something was left behind, with 2 for a wrong value.
[A run on a machine of 2 cores](matrix.md).

Warm starts are measured for the runtime that starts without \`--runtime\` take: the pool is asked to keep as many containers as the
largest number of \`--startup\`. Clean-up is judged by what the whole service holds: run it where nobody else starts sandboxes.

A restart and a container without a sandbox cannot be made through the API. Give the commands, which no shell reads; without them
these two are \`unmeasured\`. The second is for an engine of this machine, and waits for \`SANDGLASS_ORPHAN_GRACE_SECONDS\`:

\`\`\`bash
sandglass matrix --save \\
  --restart-command '["systemctl", "restart", "sandglass"]' \\
  --orphan-command '["docker", "create", "--label", "sandglass.service={service}", "--label", "sandglass.sandbox={id}", "{image}"]'
\`\`\`
`;

const AFTER_CODES = `
\`exec\` and \`shell\` end with the exit code of what they ran, and with one of these where nothing was run. 128 and the number of
the signal stands for a signal: 130 for Ctrl-C, 137 for a command that was killed (its \`--timeout\` was over), 141 when nobody reads
the output any more.
`;

export async function cliPage() {
  const { sandglassProgram } = await tsImport('../../src/cli/program.ts', import.meta.url);
  const { exitCodes } = await tsImport('../../src/cli/exit-code.ts', import.meta.url);
  const program = sandglassProgram({
    argv: [],
    env: {},
    endWith() {},
    output: { result() {}, progress() {}, paint: (_style, text) => text },
  });
  const codes = Object.values(exitCodes).map(({ code, meaning }) => [String(code), meaning]);
  return [
    INTRODUCTION,
    '## Exit codes\n',
    markdownTable(['code', 'meaning'], codes),
    AFTER_CODES,
    ...leaves(program).map(section),
  ].join('\n');
}

function leaves(command) {
  const commands = command.commands.filter((one) => !HIDDEN.includes(one.name()));
  // One with options of its own does something, also when there are commands below it.
  const isOne = commands.length === 0 || (command.parent !== null && command.options.length > 0);
  return [...(isOne ? [command] : []), ...commands.flatMap(leaves)];
}

function section(command) {
  const names = [];
  for (let one = command; one.parent; one = one.parent) names.unshift(one.name());
  const help = command.configureHelp({ helpWidth: HELP_WIDTH }).helpInformation().trimEnd();
  return [`## ${names.join(' ')}\n`, '```text', help, '```\n'].join('\n');
}
