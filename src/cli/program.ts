import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { countBetween } from './args/count.ts';
import { addBenchCommand } from './bench-command.ts';
import type { CommandContext, ProgramContext } from './command-context.ts';
import type { ProfileCpuFlags } from './commands/profile-cpu.ts';
import { addCompletionCommands } from './completion-command.ts';
import { exitCodes } from './exit-code.ts';
import { addInsideCommands } from './inside-commands.ts';
import { addKeysCommand } from './keys-command.ts';
import { addLifecycleCommands } from './lifecycle-commands.ts';
import { addLookCommands } from './look-commands.ts';
import { addMatrixCommand } from './matrix-command.ts';
import { addMcpCommand } from './mcp-command.ts';
import { addPoolCommands } from './pool-command.ts';
import { addProfileCommand } from './profile-command.ts';
import { jsonOption } from './service-options.ts';
import { addStartCommand } from './start-command.ts';
import { withExample } from './with-example.ts';

/** The command line. What a command does is loaded when it runs: most take less time than loading all of them would. */
export function sandglassProgram(context: ProgramContext): Command {
  const program = new Command('sandglass')
    .description('Sandboxes with a lifetime for AI agents.')
    .version(packageJson.version)
    // Options of a command that is run inside of a sandbox are not ours.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => context.output.result(text.trimEnd()),
      writeErr: (text) => context.output.progress(text.trimEnd()),
      // explainError says it, with an example.
      outputError: () => {},
    });
  withExample(program, 'sandglass doctor');
  addStartCommand(program, context);
  addLookCommands(program, context);
  addInsideCommands(program, context);
  addLifecycleCommands(program, context);
  addPoolCommands(program, context);
  addBenchCommand(program, context);
  addMatrixCommand(program, context);
  addMcpCommand(program, context);
  addKeysCommand(program, context);
  addServiceCommands(program, context);
  addProfileCommand(program, context);
  addProfileCpuCommand(program, context);
  addCompletionCommands(program, context);
  return program;
}

/** What works on this machine, without a service. */
function addServiceCommands(program: Command, context: ProgramContext): void {
  withExample(
    program.command('serve').description('Run the service until Ctrl-C; settings come from the environment.'),
    'SANDGLASS_PORT=8080 sandglass serve',
  ).action(async () => (await import('./commands/serve.ts')).serve());

  withExample(
    program.command('config').description('Show every setting: its value here, its default, its meaning.'),
    'sandglass config --json',
  )
    .addOption(jsonOption())
    .action(async (flags: { json?: boolean }) => {
      const { config } = await import('./commands/config.ts');
      config(context, { json: flags.json ?? false });
    });

  withExample(
    program.command('doctor').description('Look at everything that the service needs, and say what to do next.'),
    'sandglass doctor --json',
  )
    .addOption(jsonOption())
    .action(async (flags: { json?: boolean }) => {
      const { doctor } = await import('./commands/doctor.ts');
      if (!(await doctor(context, { json: flags.json ?? false }))) context.endWith(exitCodes.failed.code);
    });
}

function addProfileCpuCommand(program: Command, context: CommandContext): void {
  withExample(
    program
      .command('profile-cpu')
      .description('Say where the running service spends its time; writes a CPU profile and its flame graph.'),
    'sandglass profile-cpu --seconds 10 --output slow.cpuprofile',
  )
    .option('--seconds <seconds>', 'how long, 1 to 300', countBetween(1, 300), 30)
    .option('--output <file>', 'the profile; the flame graph goes beside it, as .svg')
    .option('--admin-url <url>', 'admin listener of the service (SANDGLASS_ADMIN_URL; default http://127.0.0.1:9091)')
    .addOption(jsonOption())
    .action(async (flags: ProfileCpuFlags) => {
      const { profileCpu } = await import('./commands/profile-cpu.ts');
      await profileCpu(context, flags);
    });
}
