import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePackageLists, installCommand, installDebianPackages } from './debian-packages.mjs';
import { findProgram, runCommand } from './run-command.mjs';
import { say } from './say.mjs';

/** Where Docker looks for `docker compose`. */
const COMPOSE_PLUGINS = [
  '/usr/libexec/docker/cli-plugins/docker-compose',
  '/usr/lib/docker/cli-plugins/docker-compose',
];

export const browser = installed('browser', 'chromium', 'some tests open pages as a person would');
export const sqlite = installed('sqlite3', 'sqlite3', 'tests run the backup commands of the documentation');
export const compose = {
  ...installed('compose', 'docker-compose', 'a test runs the service by deploy/docker/compose.yaml'),
  isMissing: async () => isWanted('docker-compose') && !COMPOSE_PLUGINS.some((path) => existsSync(path)),
};

/** Debian's nginx with its own settings, unpacked and not installed: installing it would open port 80 of this machine. */
export const nginx = unpacked('nginx', ['nginx', 'nginx-common'], 'tests put it in front of the service');
export const caddy = unpacked('caddy', ['caddy'], 'tests put it in front of the service');

/** A program of the Debian package of the same name. */
function installed(name, program, why) {
  return {
    ...{ name, what: `the program ${program}`, why, needs: [] },
    isMissing: async () => isWanted(program),
    plan: `install ${program}`,
    command: installCommand([program]),
    provide: () => installDebianPackages(`${name}:`, [program]),
  };
}

/** Where there is no apt-get the tests that need it are skipped, and say so. */
function isWanted(program) {
  return Boolean(findProgram('apt-get')) && !findProgram(program);
}

/** A program that is unpacked from Debian's packages into node_modules/.cache. */
function unpacked(name, packages, why) {
  const command = `apt-get download ${packages.join(' ')}`;
  const folderOf = (root) => join(root, 'node_modules', '.cache', 'sandglass', name);
  return {
    ...{ name, what: `the program ${name}, unpacked into node_modules/.cache`, why, needs: ['npm-packages'] },
    isMissing: async ({ root }) => Boolean(findProgram('apt-get')) && !existsSync(join(folderOf(root), 'usr')),
    ...{ plan: command, command },
    provide: ({ root }) => unpack(name, packages, folderOf(root)),
  };
}

async function unpack(name, packages, folder) {
  mkdirSync(dirname(folder), { recursive: true });
  const scratch = mkdtempSync(`${folder}-`);
  try {
    await ensurePackageLists(`${name}:`, packages);
    say(`${name}:`, `apt-get download ${packages.join(' ')}`);
    // apt gives its rights up for the download, and cannot write here then: that is only a warning.
    await runCommand(['apt-get', 'download', ...packages], { cwd: scratch, timeoutMs: 180_000 });
    const files = join(scratch, 'unpacked');
    for (const file of readdirSync(scratch).filter((one) => one.endsWith('.deb'))) {
      await runCommand(['dpkg', '-x', join(scratch, file), files], { timeoutMs: 60_000 });
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(files, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
