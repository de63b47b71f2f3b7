import type { Command, Option } from 'commander';
import { Sandbox } from '../../sdk/index.ts';
import type { CommandContext } from '../command-context.ts';
import { connectionOptions } from '../connection-flags.ts';

/** What a person waits for a key. */
const DEADLINE_MS = 2_000;
const MOST_IDS = 1_000;
const IDS = /^ids?$/;

/** Prints what the last of these words may become, one a line; nothing where only the shell knows, as of files. */
export async function complete(
  { env, output }: CommandContext,
  program: Command,
  words: readonly string[],
): Promise<void> {
  const last = words.at(-1) ?? '';
  for (const candidate of await candidates(program, words, env)) {
    if (candidate.startsWith(last)) output.result(candidate);
  }
}

async function candidates(program: Command, words: readonly string[], env: CommandContext['env']) {
  const { command, rest } = commandOf(program, words.slice(0, -1));
  const last = words.at(-1) ?? '';
  const before = optionOf(command, rest.at(-1));
  // The value of an option.
  if (before !== undefined && (before.required || before.optional)) return before.argChoices ?? [];
  if (last.startsWith('-')) return command.options.flatMap(({ long }) => long ?? []).concat('--help');
  if (command.commands.length > 0) return command.commands.filter(isShown).map((one) => one.name());
  const argument = command.registeredArguments[argumentsIn(command, rest)] ?? command.registeredArguments.at(-1);
  if (argument?.argChoices !== undefined) return argument.argChoices;
  const wantsId = argument !== undefined && IDS.test(argument.name());
  return wantsId || command.name() === 'cp' ? idsOf(env, command.name() === 'cp' ? ':' : '') : [];
}

/** The command that the words name, and what follows its name. */
function commandOf(program: Command, words: readonly string[]): { command: Command; rest: readonly string[] } {
  let command = program;
  let rest = words;
  for (const [index, word] of words.entries()) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) break;
    command = next;
    rest = words.slice(index + 1);
  }
  return { command, rest };
}

/** How many of the words are no options, nor values of some. */
function argumentsIn(command: Command, words: readonly string[]): number {
  return words.filter((word, index) => {
    const before = optionOf(command, words[index - 1]);
    return !word.startsWith('-') && !before?.required;
  }).length;
}

function optionOf({ options }: Command, word: string | undefined): Option | undefined {
  return options.find(({ short, long }) => word !== undefined && (word === short || word === long));
}

function isShown(command: Command): boolean {
  return command.name() !== 'complete';
}

/** None where the service cannot be asked now. */
async function idsOf(env: CommandContext['env'], suffix: string): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const ids: string[] = [];
  try {
    for await (const { id } of Sandbox.list({ pageSize: MOST_IDS }, { ...connectionOptions({}, env), signal })) {
      if (ids.push(id + suffix) >= MOST_IDS) break;
    }
  } catch {
    return [];
  }
  return ids;
}
