import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePackageLists, installCommand, installDebianPackages } from './debian-packages.mjs';
import { findProgram, runCommand } from './run-command.mjs';
import { say } from './say.mjs';

const BROWSER_PACKAGES = ['chromium'];

/** Where there is no apt-get the tests that need it are skipped, and say so. */
export const browser = {
  name: 'browser',
  what: 'the program chromium',
  why: 'some tests open pages as a person would',
  needs: [],
  isMissing: async () => Boolean(findProgram('apt-get')) && !findProgram('chromium'),
  plan: `install ${BROWSER_PACKAGES.join(', ')}`,
  command: installCommand(BROWSER_PACKAGES),
  provide: () => installDebianPackages('browser:', BROWSER_PACKAGES),
};

/** Debian's nginx with its own settings, unpacked and not installed: installing it would open port 80 of this machine. */
export const nginx = unpacked('nginx', ['nginx', 'nginx-common'], 'tests put it in front of the service');
export const caddy = unpacked('caddy', ['caddy'], 'tests put it in front of the service');

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
