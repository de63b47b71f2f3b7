import { findProgram, runCommand } from './run-command.mjs';
import { BootstrapError, say } from './say.mjs';

const DEADLINE_MS = 600_000;
let queue = Promise.resolve();
let areListsFresh = false;

/** Installs Debian packages, with the recommended ones left out. */
export function installDebianPackages(step, packages) {
  return inTurn(() => install(step, packages));
}

/** Fetches the package lists when they do not know these packages. */
export function ensurePackageLists(step, packages) {
  return inTurn(() => updateListsFor(step, packages));
}

/** The command that a user can run where bootstrap may not. */
export function installCommand(packages) {
  return `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/** The words to put before a command that needs root, or undefined when this user cannot become root unasked. */
export async function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const sudo = findProgram('sudo');
  if (!sudo) return undefined;
  return runCommand([sudo, '-n', 'true'], { timeoutMs: 5_000 }).then(
    () => [sudo, '-n'],
    () => undefined,
  );
}

/** apt allows one at a time. */
function inTurn(work) {
  queue = queue.catch(() => {}).then(work);
  return queue;
}

async function updateListsFor(step, packages) {
  const known = await runCommand(['apt-cache', 'show', '--no-all-versions', ...packages], { timeoutMs: 30_000 }).catch(
    () => '',
  );
  const missing = packages.filter((name) => !known.includes(`Package: ${name}\n`));
  if (missing.length > 0) await updateLists(step);
}

async function install(step, packages) {
  if (!findProgram('apt-get')) {
    throw new BootstrapError(
      `${packages.join(', ')} must be installed, and this system has no apt-get`,
      `install ${packages[0]} with the package manager of this system, then run this again`,
    );
  }
  const prefix = await rootPrefix();
  if (!prefix)
    throw new BootstrapError(`${packages.join(', ')} must be installed, which needs root`, installCommand(packages));
  await updateListsFor(step, packages);
  say(step, `apt-get install ${packages.join(' ')}`);
  const command = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    ...LOCK_WAIT,
    'install',
    '-y',
    '--no-install-recommends',
  ];
  const run = () =>
    runCommand([...command, ...packages], { timeoutMs: DEADLINE_MS, onLine: (line) => tellProgress(step, line) });
  // Lists older than the mirror name files that are gone: fetch them and try once more.
  const again = (error) => (areListsFresh ? Promise.reject(error) : updateLists(step).then(run));
  await run()
    .catch(again)
    .catch((error) => {
      const offline = /Unable to locate|Failed to fetch/.test(error.message)
        ? '\nCan this machine reach a Debian mirror?'
        : '';
      throw new BootstrapError(error.message + offline, `sudo apt-get update && ${installCommand(packages)}`);
    });
}

async function updateLists(step) {
  const prefix = (await rootPrefix()) ?? [];
  say(step, 'apt-get update');
  await runCommand([...prefix, 'apt-get', ...LOCK_WAIT, 'update'], { timeoutMs: 180_000 }).catch((error) => {
    throw new BootstrapError(error.message, 'sudo apt-get update');
  });
  areListsFresh = true;
}

function tellProgress(step, line) {
  if (/^(Fetched|Setting up|E:)/.test(line)) say(step, line.replace(/ \.\.\.$/, ''));
}

const LOCK_WAIT = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
