import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { profileSeconds } from './args/profile-seconds.ts';
import { sandboxId } from './args/sandbox-id.ts';
import type { CommandContext } from './command-context.ts';
import { type ExplainFlags, explain } from './commands/explain.ts';
import { type GetFlags, get } from './commands/get.ts';
import type { ProfileCpuFlags } from './commands/profile-cpu.ts';
import { serve } from './commands/serve.ts';
import { exitCodes } from './exit-code.ts';
import { addKeysCommand } from './keys-command.ts';
import { addPoolCommands } from './pool-command.ts';
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
    .action(async (flags: { json?: boolean }) => {
      // What reads settings takes longer to load than most commands take.
      const { config } = await import('./commands/config.ts');
      config(context, { json: flags.json ?? false });
    });

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

  withExample(
    program
      .command('explain')
      .description('Say why a sandbox is in its state, what was last tried, and what comes next.'),
    'sandglass explain k3v9x0q2m7b1c8d4e5f6',
  )
    .argument('<id>', 'id of the sandbox', sandboxId)
    .option('--url <url>', 'address of the service (SANDGLASS_URL)')
    .option('--key <key>', 'API key (SANDGLASS_API_KEY, or the first one in the data directory)')
    .addOption(jsonOption())
    .action((id: string, flags: ExplainFlags) => explain(context, id, flags));

  withExample(program.command('get').description('Show a sandbox.'), 'sandglass get k3v9x0q2m7b1c8d4e5f6 --json')
    .argument('<id>', 'id of the sandbox', sandboxId)
    .option('--url <url>', 'address of the service (SANDGLASS_URL)')
    .option('--key <key>', 'API key (SANDGLASS_API_KEY, or the first one in the data directory)')
    .addOption(jsonOption())
    .action((id: string, flags: GetFlags) => get(context, id, flags));

  addKeysCommand(program, context);
  addPoolCommands(program, context);
  addProfileCpuCommand(program, context);
  return program;
}

function addProfileCpuCommand(program: Command, context: CommandContext): void {
  withExample(
    program
      .command('profile-cpu')
      .description('Say where the running service spends its time; writes a CPU profile and its flame graph.'),
    'sandglass profile-cpu --seconds 10 --output slow.cpuprofile',
  )
    .option('--seconds <seconds>', 'how long, 1 to 300', profileSeconds, 30)
    .option('--output <file>', 'the profile; the flame graph goes beside it, as .svg')
    .option('--admin-url <url>', 'admin listener of the service (SANDGLASS_ADMIN_URL; default http://127.0.0.1:9091)')
    .addOption(jsonOption())
    .action(async (flags: ProfileCpuFlags) => {
      const { profileCpu } = await import('./commands/profile-cpu.ts');
      await profileCpu(context, flags);
    });
}
