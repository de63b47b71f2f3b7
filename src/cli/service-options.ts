import { type Command, Option } from 'commander';

export function jsonOption(): Option {
  return new Option('--json', 'for machines');
}

/** How the service is found, and the key it wants. */
export function withService(command: Command): Command {
  return command
    .option('--url <url>', 'address of the service (SANDGLASS_URL)')
    .option('--key <key>', 'API key (SANDGLASS_API_KEY, or the first one in the data directory)');
}
