import { compose } from './compose.ts';
import { readConfig } from './config.ts';
import { errorMessage, isSandboxError } from './domain/errors.ts';

const SHUTDOWN_MS = 15_000;

async function main(): Promise<void> {
  const service = await compose(readConfig(process.env), process.env);
  const end = async (signal: string) => {
    // Whatever hangs, the rows are right and the next boot goes on from them.
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
    await service.close(signal);
    process.exit(0);
  };
  process.once('SIGTERM', () => void end('SIGTERM'));
  process.once('SIGINT', () => void end('SIGINT'));
  process.stdout.write(`${service.banner.join('\n')}\n`);
}

main().catch((error: unknown) => {
  const hint = isSandboxError(error) && error.hint !== undefined ? `\n${error.hint}` : '';
  process.stderr.write(`Sandglass cannot start: ${errorMessage(error)}${hint}\n`);
  if (!isSandboxError(error) && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
