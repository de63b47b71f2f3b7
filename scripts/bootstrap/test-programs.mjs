import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePackageLists, installCommand, installDebianPackages } from './debian-packages.mjs';
import { findProgram, runCommand } from './run-command.mjs';
import { say } from './say.mjs';

const BROWSER_PACKAGES = ['chromium'];
const NGINX_PACKAGES = ['nginx', 'nginx-common'];

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
export const nginx = {
  name: 'nginx',
  what: 'the program nginx, unpacked into node_modules/.cache',
  why: 'tests put it in front of the service, with the settings it comes with',
  needs: ['npm-packages'],
  isMissing: async ({ root }) => Boolean(findProgram('apt-get')) && !existsSync(join(nginxFolder(root), 'usr')),
  plan: `apt-get download ${NGINX_PACKAGES.join(' ')}`,
  command: `apt-get download ${NGINX_PACKAGES.join(' ')}`,
  provide,
};

function nginxFolder(root) {
  return join(root, 'node_modules', '.cache', 'sandglass', 'nginx');
}

async function provide({ root }) {
  const folder = nginxFolder(root);
  mkdirSync(dirname(folder), { recursive: true });
  const scratch = mkdtempSync(`${folder}-`);
  try {
    await ensurePackageLists('nginx:', NGINX_PACKAGES);
    say('nginx:', `apt-get download ${NGINX_PACKAGES.join(' ')}`);
    // apt gives its rights up for the download, and cannot write here then: that is only a warning.
    await runCommand(['apt-get', 'download', ...NGINX_PACKAGES], { cwd: scratch, timeoutMs: 180_000 });
    const unpacked = join(scratch, 'unpacked');
    for (const name of readdirSync(scratch).filter((file) => file.endsWith('.deb'))) {
      await runCommand(['dpkg', '-x', join(scratch, name), unpacked], { timeoutMs: 60_000 });
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(unpacked, folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
