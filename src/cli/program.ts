import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import type { CommandContext } from './command-context.ts';
import { config } from './commands/config.ts';
import { serve } from './commands/serve.ts';
import { exitCodes } from './exit-code.ts';
import { addKeysCommand } from './keys-command.ts';
import { jsonOption, withExample } from './with-example.ts';

/** The command line; `onExitCode` is told when a command ends well and still not with 0. */
export function sandglassProgram(context: CommandContext, onExitCode: (code: number) => void = () => {}): Command {
  const program = new Command('sandglass')
    .description('Sandboxes with a lifetime for AI agents.')
    .version(packageJson.version)
    .configureOutput({
      writeOut: (text) => context.output.result(text.trimEnd()),
      writeErr: (text) => context.output.progress(text.trimEnd()),
      // explainError says it, with an example.
      outputError: () => {},
    });
  withExample(program, 'sandglass doctor');

  withExample(
    program.command('serve').description('Run the service until Ctrl-C; settings come from the environment.'),
    'SANDGLASS_PORT=8080 sandglass serve',
  ).action(() => serve());

  withExample(
    program.command('config').description('Show every setting: its value here, its default, its meaning.'),
    'sandglass config --json',
  )
    .addOption(jsonOption())
    .action((flags: { json?: boolean }) => config(context, { json: flags.json ?? false }));

  withExample(
    program.command('doctor').description('Look at everything that the service needs, and say what to do next.'),
    'sandglass doctor --json',
  )
    .addOption(jsonOption())
    .action(async (flags: { json?: boolean }) => {
      // It brings the whole service with it, which the other commands need not load.
      const { doctor } = await import('./commands/doctor.ts');
      if (!(await doctor(context, { json: flags.json ?? false }))) onExitCode(exitCodes.failed.code);
    });

  addKeysCommand(program, context);
  return program;
}
