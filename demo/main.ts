import { firstLife } from './first-life.ts';
import { BrokenPromise, narrator } from './narrator.ts';
import { openWorld } from './open-world.ts';
import { secondLife } from './second-life.ts';

const narrate = narrator();
const world = openWorld(narrate);
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => void world.close().finally(() => process.exit(code)));
}

try {
  const beganMs = performance.now();
  await world.open();
  await firstLife(world, narrate);
  await secondLife(world, narrate);
  const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
  process.stdout.write(`\nEvery promise was kept, in ${seconds} s.\n`);
} catch (error) {
  const words = error instanceof BrokenPromise ? `A promise was broken: ${error.message}` : error;
  process.stderr.write(`\n${words instanceof Error ? (words.stack ?? words.message) : words}\n`);
  process.exitCode = 1;
} finally {
  await world.close();
}
