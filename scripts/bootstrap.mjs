import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withMachineLock } from './bootstrap/machine-lock.mjs';
import { BootstrapError, say } from './bootstrap/say.mjs';
import { STEPS } from './bootstrap/steps.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MIN_NODE = [20, 19];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Makes this machine ready for the static checks, the service or the tests, and says what it does. Safe to call twice and at once.
 * Rejects with a BootstrapError that names each thing it could not provide; with SANDGLASS_NO_INSTALL=1 it provides nothing.
 */
export async function bootstrap(purpose = 'service') {
  requireNode();
  const startedAtMs = Date.now();
  const steps = STEPS[purpose];
  const context = { root: ROOT };
  const missing = await findMissing(steps, context);
  if (missing.length > 0) {
    if (process.env['SANDGLASS_NO_INSTALL'] === '1') throw reportMissing(missing);
    await stoppable(() => withMachineLock(async () => provideAll(await findMissing(steps, context), context)));
  }
  say('bootstrap:', `nothing is missing (${((Date.now() - startedAtMs) / 1000).toFixed(2)} s)`);
}

/** Bootstraps, or says why it cannot and ends the process with 1. */
export async function bootstrapOrExit(purpose) {
  try {
    await bootstrap(purpose);
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exit(1);
  }
}

/** A signal ends this process by way of its exit handlers: they end the commands it runs and give the lock back. */
async function stoppable(work) {
  const stop = (_name, number) => process.exit(128 + number);
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    await work();
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
  }
}

/** A step that cannot tell (no engine to ask for its images) is missing. */
async function findMissing(steps, context) {
  const answers = await Promise.all(steps.map((step) => step.isMissing(context).catch(() => true)));
  return steps.filter((_, index) => answers[index]);
}

async function provideAll(steps, context) {
  for (const step of steps) say(`${step.name}:`, `missing: ${step.what}; ${step.why}. Will: ${step.plan}`);
  const done = new Map();
  const provideStep = async (step) => {
    await Promise.all(step.needs.map((name) => done.get(name)));
    // What it needs may have brought it back: images are there again when the engine is.
    if (step.needs.length > 0 && !(await step.isMissing(context))) return say(`${step.name}:`, 'is there');
    await step.provide(context);
    if (await step.isMissing(context)) throw new BootstrapError(`${step.what} is still missing`, step.command);
    say(`${step.name}:`, 'done');
  };
  for (const step of steps) {
    const work = provideStep(step);
    work.catch(() => {});
    done.set(step.name, work);
  }
  const results = await Promise.allSettled(done.values());
  const reasons = new Set(results.flatMap(({ reason }) => (reason ? [reason] : [])));
  if (reasons.size > 0) throw new BootstrapError([...reasons].map(explain).join('\n\n'));
}

function explain(error) {
  const command = error instanceof BootstrapError && error.command;
  return command ? `${error.message}\n  what you can run: ${command}` : error.message;
}

function reportMissing(steps) {
  const lines = steps.map(
    (step) => `${step.name}: missing: ${step.what}; ${step.why}\n  what you can run: ${step.command}`,
  );
  return new BootstrapError(['SANDGLASS_NO_INSTALL=1, so nothing was installed or started.', ...lines].join('\n'));
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return;
  process.stderr.write(`Sandglass needs Node.js ${MIN_NODE.join('.')} or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await bootstrapOrExit(Object.keys(STEPS).find((purpose) => process.argv.includes(`--for-${purpose}`)));
}
