import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentHash } from './content-hash.mjs';
import { ensurePackageLists } from './debian-packages.mjs';
import { CONTENT_LABEL, hasImage, importImage, tarOf } from './engine-images.mjs';
import { findProgram, runCommand } from './run-command.mjs';
import { BootstrapError, say } from './say.mjs';

export const BUSYBOX_IMAGE = 'sandglass-busybox:latest';
const STEP = 'busybox-image:';
const FOLDERS = ['bin', 'dev', 'etc', 'home', 'proc', 'root', 'run', 'sys', 'tmp', 'var'];
const ENVIRONMENT = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export const busyboxImage = {
  name: 'busybox-image',
  what: `the image ${BUSYBOX_IMAGE}`,
  why: 'the tests start many containers, and 2 MB start faster than 300',
  needs: ['engine'],
  isMissing: async ({ root }) => !(await hasImage(BUSYBOX_IMAGE, imageContent(root))),
  plan: 'take the static busybox of Debian, link its applets, import it into the engine',
  command: 'node scripts/bootstrap.mjs --for-tests',
  provide,
};

function imageContent(root) {
  return contentHash(root, ['scripts/bootstrap/busybox-image.mjs']);
}

async function provide({ root }) {
  const scratch = await mkdtemp(join(tmpdir(), 'sandglass-busybox-'));
  try {
    const binary = await staticBusybox(scratch);
    const image = join(scratch, 'root');
    await layOut(image, binary);
    say(STEP, 'importing it into the engine');
    const changes = [`LABEL ${CONTENT_LABEL}=${imageContent(root)}`, ENVIRONMENT, 'CMD ["/bin/sh"]'];
    await importImage(BUSYBOX_IMAGE, () => tarOf(image), changes);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The binary out of Debian's package, unpacked without installing it (which would need root). */
async function staticBusybox(scratch) {
  if (!findProgram('apt-get')) {
    throw new BootstrapError(
      `${BUSYBOX_IMAGE} is made from Debian's busybox-static, and this system has no apt-get`,
      'run the tests on Debian or Ubuntu, or only those without Docker: npx vitest run --project unit',
    );
  }
  await ensurePackageLists(STEP, ['busybox-static']);
  say(STEP, 'apt-get download busybox-static');
  // Not as apt's own user: it may not write into a folder that only we can enter.
  const options = ['-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=3'];
  await runCommand(['apt-get', ...options, 'download', 'busybox-static'], { cwd: scratch, timeoutMs: 120_000 });
  const [archive] = (await readdir(scratch)).filter((name) => name.endsWith('.deb'));
  await runCommand(['dpkg-deb', '--extract', archive, 'unpacked'], { cwd: scratch, timeoutMs: 30_000 });
  return join(scratch, 'unpacked', 'bin', 'busybox');
}

async function layOut(image, binary) {
  for (const folder of FOLDERS) await mkdir(join(image, folder), { recursive: true });
  await chmod(join(image, 'tmp'), 0o1777);
  const busybox = join(image, 'bin', 'busybox');
  await copyFile(binary, busybox);
  await chmod(busybox, 0o755);
  const applets = (await runCommand([busybox, '--list'], { timeoutMs: 10_000 })).split('\n').filter(Boolean);
  for (const applet of applets) {
    if (applet !== 'busybox') await symlink('busybox', join(image, 'bin', applet));
  }
  await mkdir(join(image, 'usr', 'bin'), { recursive: true });
  await symlink('../../bin/busybox', join(image, 'usr', 'bin', 'env'));
  await writeFile(
    join(image, 'etc', 'passwd'),
    'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n',
  );
  await writeFile(join(image, 'etc', 'group'), 'root:x:0:\nuser:x:1000:\n');
  await mkdir(join(image, 'home', 'user'));
}
