import { type Command, Option } from 'commander';
import { countBetween } from './args/count.ts';
import { tenantName } from './args/key-names.ts';
import { countList, labelSelector, phaseName } from './args/profile-values.ts';
import { templateName } from './args/start-names.ts';
import type { ProgramContext } from './command-context.ts';
import type { ProfileFlags } from './commands/profile.ts';
import type { ProfileDiffFlags } from './commands/profile-diff.ts';
import { withService } from './service-options.ts';
import { withExample } from './with-example.ts';
import { WORKLOAD_NAMES } from './workloads/workload-names.ts';

const EXAMPLE = 'sandglass profile --workload python --concurrency 10 --include-processes --save';

/** `sandglass profile` and `sandglass profile diff`. */
export function addProfileCommand(program: Command, context: ProgramContext): void {
  const profile = program
    .command('profile')
    .description('Say where the memory of sandboxes goes: of those that run, or of some that it starts and deletes.');
  withService(withExample(profile, EXAMPLE))
    .addOption(chosen('--namespace <tenant>', 'for admin keys: only of that tenant').argParser(tenantName))
    .addOption(chosen('--selector <labels>', 'only with these labels: k=v[,k=v]').argParser(labelSelector))
    .option('-t, --template <name>', 'only of that template, or what is started', templateName)
    .option('--sample <text>', 'what the phase is called in the result', phaseName, 'unspecified')
    .addOption(formatOption())
    .option('--include-processes', 'list the largest processes too')
    .option('--process-limit <count>', 'so many of each sandbox', countBetween(1, 1_000), 10)
    .option('--timeout <seconds>', 'for each sandbox', countBetween(1, 3_600), 30)
    .addOption(
      new Option('--workload <name>', 'start sandboxes, let them do that work, sample and delete them').choices(
        WORKLOAD_NAMES,
      ),
    )
    .option('-c, --concurrency <counts>', 'start so many at once; several such as 1,10,50 in turn', countList(1, 200))
    .option('--save', 'write JSON, Markdown and a chart (SVG) into this folder')
    .addOption(
      new Option(
        '--check',
        'start an idle sandbox of each template with a memory budget; end with 1 when it is exceeded',
      ).conflicts(['namespace', 'selector', 'workload', 'concurrency', 'save']),
    )
    .action(async (flags: ProfileFlags) => (await import('./commands/profile.ts')).profile(context, flags));

  withExample(
    profile
      .command('diff')
      .description('Say what has changed from one saved run to another, of the same workload and sample.')
      .argument('<before>', 'its JSON')
      .argument('<after>', 'its JSON'),
    'sandglass profile diff before.json after.json',
  )
    .addOption(formatOption())
    .action(async (before: string, after: string, flags: ProfileDiffFlags) => {
      const { profileDiff } = await import('./commands/profile-diff.ts');
      profileDiff(context, [before, after], flags);
    });
}

/** Chooses among what runs. */
function chosen(flags: string, description: string): Option {
  return new Option(flags, description).conflicts(['workload', 'concurrency']);
}

function formatOption(): Option {
  return new Option('--format <format>', 'for people or for machines')
    .choices(['markdown', 'json'])
    .default('markdown');
}
