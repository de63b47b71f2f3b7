import { type Command, Option } from 'commander';
import { positiveInteger, positiveNumber } from './args/bound.ts';
import { expiryMs } from './args/expiry.ts';
import { keyId } from './args/key-id.ts';
import { keyName, tenantName } from './args/key-names.ts';
import type { CommandContext } from './command-context.ts';
import type { KeysFlags } from './commands/keys.ts';
import { jsonOption } from './service-options.ts';
import { withExample } from './with-example.ts';

interface CreateFlags extends KeysFlags {
  readonly role: 'user' | 'admin';
  readonly tenant: string;
  readonly name: string;
  readonly expires?: number;
  readonly quotaSandboxes?: number;
  readonly quotaCpus?: number;
  readonly quotaMemoryMb?: number;
}

export function addKeysCommand(program: Command, context: CommandContext): void {
  const keys = withExample(
    program.command('keys').description('Make, list and revoke API keys.'),
    'sandglass keys list',
  );
  addCreate(keys, context);
  withAccess(
    withExample(
      keys.command('list').description('Show all keys, without their secrets.'),
      'sandglass keys list --json',
    ),
  ).action(async (flags: KeysFlags) => (await import('./commands/keys.ts')).listKeys(context, flags));
  withAccess(
    withExample(
      keys.command('revoke').description('Refuse a key from now on.'),
      'sandglass keys revoke key_0f1e2d3c4b5a6978',
    ),
  )
    .argument('<id>', 'id of the key', keyId)
    .action(async (id: string, flags: KeysFlags) => (await import('./commands/keys.ts')).revokeKey(context, id, flags));
}

function addCreate(keys: Command, context: CommandContext): void {
  const create = keys.command('create').description('Make a key; its secret is shown this once.');
  withAccess(withExample(create, 'sandglass keys create --name ci --tenant acme --expires 30d --quota-sandboxes 20'))
    .requiredOption('--name <name>', 'what it is for', keyName)
    .option('--tenant <tenant>', 'whose sandboxes it sees', tenantName, 'default')
    .addOption(
      new Option('--role <role>', 'admin sees and changes everything').choices(['user', 'admin']).default('user'),
    )
    .option('--expires <when>', 'a span such as 12h or 30d, or a date; default never', (text) =>
      expiryMs(text, Date.now()),
    )
    .option('--quota-sandboxes <count>', 'live sandboxes at once', positiveInteger)
    .option('--quota-cpus <cpus>', 'CPUs of all live sandboxes', positiveNumber)
    .option('--quota-memory-mb <MiB>', 'memory of all live sandboxes', positiveInteger)
    .action(async (flags: CreateFlags) => {
      const { createKey } = await import('./commands/keys.ts');
      const { name, tenant, role, expires, quotaSandboxes, quotaCpus, quotaMemoryMb } = flags;
      const expiresAt = expires === undefined ? null : new Date(expires).toISOString();
      const quota = { sandboxes: quotaSandboxes ?? null, cpus: quotaCpus ?? null, memoryMb: quotaMemoryMb ?? null };
      await createKey(context, { name, tenant, role, expiresAt, quota }, flags);
    });
}

function withAccess(command: Command): Command {
  return command
    .option('--url <url>', 'address of the service (SANDGLASS_URL)')
    .option('--key <key>', 'admin key (SANDGLASS_API_KEY, or the first one in the data directory)')
    .option('--local', 'work on the database in SANDGLASS_DATA_DIR, without the service')
    .addOption(jsonOption());
}
