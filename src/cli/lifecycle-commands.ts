import type { Command } from 'commander';
import type { Sandbox } from '../sdk/index.ts';
import { sandboxId, sandboxIds } from './args/sandbox-id.ts';
import { type Span, secondsOf, spanOrNone, spanSeconds } from './args/span.ts';
import type { ProgramContext } from './command-context.ts';
import type { ExtendFlags } from './commands/extend.ts';
import type { SettleFlags } from './commands/settle.ts';
import { jsonOption, withService } from './service-options.ts';
import { withLifetime } from './start-command.ts';
import { withExample } from './with-example.ts';

interface Flags extends SettleFlags {
  readonly grace?: number;
  readonly timeout?: Span;
  readonly force?: boolean;
}

interface Verb {
  readonly name: string;
  readonly description: string;
  readonly example: string;
  readonly doing: string;
  readonly options?: (command: Command) => Command;
  readonly act: (sandbox: Sandbox, flags: Flags) => Promise<unknown>;
}

const ID = 'k3v9x0q2m7b1c8d4e5f6';

const VERBS: readonly Verb[] = [
  {
    ...{ name: 'stop', doing: 'stopping', example: `sandglass stop ${ID} --grace 3s` },
    description: 'Stop sandboxes; their files stay.',
    options: (command) => command.option('--grace <span>', 'from SIGTERM to SIGKILL; 10s when left out', spanSeconds),
    act: (sandbox, { grace }) => sandbox.stop(grace === undefined ? {} : { graceSeconds: grace }),
  },
  {
    ...{ name: 'restart', doing: 'restarting', example: `sandglass restart ${ID} --timeout 1h` },
    description: 'Run stopped sandboxes again: their files are there, their processes are not.',
    options: (command) => command.option('--timeout <span>', 'a new timeout, or none', spanOrNone),
    act: (sandbox, { timeout }) =>
      sandbox.restart(timeout === undefined ? {} : { lifetime: { timeoutSeconds: secondsOf(timeout) } }),
  },
  {
    ...{ name: 'pause', doing: 'pausing', example: `sandglass pause ${ID}` },
    description: 'Freeze sandboxes: their lifetime stands still, their memory stays held.',
    act: (sandbox) => sandbox.pause(),
  },
  {
    ...{ name: 'resume', doing: 'resuming', example: `sandglass resume ${ID}` },
    description: 'Thaw sandboxes, with what was left of their lifetime.',
    options: (command) => command.option('--timeout <span>', 'a new timeout from now, or none', spanOrNone),
    act: (sandbox, { timeout }) => sandbox.resume(timeout === undefined ? {} : { timeoutSeconds: secondsOf(timeout) }),
  },
  {
    ...{ name: 'rm', doing: 'deleting', example: `sandglass rm -f ${ID}` },
    description: 'Delete stopped sandboxes for good, with their files.',
    options: (command) => command.option('-f, --force', 'stop them first, where they live'),
    act: (sandbox, { force = false }) => sandbox.delete({ force }),
  },
];

/** What moves sandboxes from state to state. */
export function addLifecycleCommands(program: Command, context: ProgramContext): void {
  for (const verb of VERBS) addVerb(program, context, verb);
  const extend = program
    .command('extend')
    .description('Change the lifetime of a sandbox; a timeout counts from now.')
    .argument('<id>', 'id of the sandbox, or its beginning', sandboxId);
  withLifetime(withService(withExample(extend, `sandglass extend ${ID} --timeout 30m`)))
    .addOption(jsonOption())
    .action(async (id: string, flags: ExtendFlags) =>
      (await import('./commands/extend.ts')).extend(context, id, flags),
    );
}

function addVerb(program: Command, context: ProgramContext, verb: Verb): void {
  const command = program
    .command(verb.name)
    .description(verb.description)
    .argument('<ids...>', 'ids of sandboxes, or their beginnings', sandboxIds);
  const { options = (one) => one } = verb;
  withService(options(withExample(command, verb.example)))
    .addOption(jsonOption())
    .action(async (ids: readonly string[], flags: Flags) => {
      const { settle } = await import('./commands/settle.ts');
      await settle(context, ids, flags, { doing: verb.doing, act: (sandbox) => verb.act(sandbox, flags) });
    });
}
