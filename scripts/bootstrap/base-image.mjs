import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentHash } from './content-hash.mjs';
import { installDebianPackages, rootPrefix } from './debian-packages.mjs';
import { buildImage, CONTENT_LABEL, hasImage, hasImageNamed, importImage, pullImage } from './engine-images.mjs';
import { findProgram, runCommand } from './run-command.mjs';
import { BootstrapError, say } from './say.mjs';

export const BASE_IMAGE = 'sandglass-base:latest';
const REGISTRY_IMAGE = 'debian:bookworm-slim';
const LOCAL_ROOT_IMAGE = 'sandglass-bookworm:latest';
const PULL_FIRST_BYTE_MS = 8_000;
const PULL_MS = 180_000;
const MMDEBSTRAP_MS = 600_000;
const STEP = 'base-image:';
/** What the slim images of the registry leave out, too. */
const WITHOUT_DOCS = [
  '--dpkgopt=path-exclude=/usr/share/doc/*',
  '--dpkgopt=path-include=/usr/share/doc/*/copyright',
  '--dpkgopt=path-exclude=/usr/share/locale/*',
];

export const baseImage = {
  name: 'base-image',
  what: `the image ${BASE_IMAGE}`,
  why: 'sandboxes start from it when the caller names no image',
  needs: ['engine'],
  isMissing: async ({ root }) => !(await hasImage(BASE_IMAGE, imageContent(root))),
  plan: `pull ${REGISTRY_IMAGE} where a registry can be reached, else make it with mmdebstrap; then build images/base`,
  command: 'node scripts/bootstrap.mjs',
  provide,
};

function imageContent(root) {
  return contentHash(root, ['images/base']);
}

async function provide({ root }) {
  const folder = join(root, 'images', 'base');
  const packages = (await readFile(join(folder, 'packages.txt'), 'utf8')).split('\n').filter(Boolean);
  const rootContent = contentHash(folder, ['packages.txt', 'unused-paths.txt']);
  const isMadeAlready = await hasImage(LOCAL_ROOT_IMAGE, rootContent);
  const fromImage = isMadeAlready
    ? LOCAL_ROOT_IMAGE
    : ((await pulled()) ?? (await madeLocally(folder, packages, rootContent)));
  say(STEP, `building ${BASE_IMAGE} from ${fromImage}`);
  await buildImage(BASE_IMAGE, folder, {
    buildArgs: { FROM_IMAGE: fromImage },
    labels: { [CONTENT_LABEL]: imageContent(root) },
    onMessage: ({ stream }) => stream && /^Step |^E: /.test(stream) && say(STEP, stream.trim()),
  });
}

/** The registry's image, or undefined when it cannot be had soon: a first answer in 8 s, all of it in 3 minutes. */
async function pulled() {
  if (await hasImageNamed(REGISTRY_IMAGE)) return REGISTRY_IMAGE;
  say(STEP, `pulling ${REGISTRY_IMAGE}`);
  const abort = new AbortController();
  const tooSlow = setTimeout(() => abort.abort(new Error('no answer in 8 s')), PULL_FIRST_BYTE_MS);
  try {
    await pullImage(REGISTRY_IMAGE, {
      timeoutMs: PULL_MS,
      signal: abort.signal,
      onMessage: () => clearTimeout(tooSlow),
    });
    return REGISTRY_IMAGE;
  } catch (error) {
    say(STEP, `no image from a registry (${error.message}), making it from Debian packages`);
    return undefined;
  } finally {
    clearTimeout(tooSlow);
  }
}

async function madeLocally(folder, packages, rootContent) {
  if (!findProgram('mmdebstrap')) {
    if (!findProgram('apt-get')) {
      throw new BootstrapError(
        `${BASE_IMAGE} cannot be made here: no registry can be reached and this system has no mmdebstrap`,
        `docker pull ${REGISTRY_IMAGE} (or docker load a copy of it), then run this again`,
      );
    }
    await installDebianPackages(STEP, ['mmdebstrap', 'debian-archive-keyring']);
  }
  const scratch = await mkdtemp(join(tmpdir(), 'sandglass-image-'));
  try {
    const tar = join(scratch, 'root.tar');
    say(STEP, `mmdebstrap: Debian 12 with ${packages.join(', ')} (about half a minute)`);
    const prefix = (await rootPrefix()) ?? [];
    const command = [
      'mmdebstrap',
      '--variant=minbase',
      ...WITHOUT_DOCS,
      `--customize-hook=sed "s|^|$1|" '${join(folder, 'unused-paths.txt')}' | xargs rm -rf`,
      `--include=${packages.join(',')}`,
      'bookworm',
      tar,
    ];
    await runCommand([...prefix, ...command], {
      timeoutMs: MMDEBSTRAP_MS,
      onLine: (line) => /^I: (running|down|inst|cop|creating|done)/.test(line) && say(STEP, line),
    });
    say(STEP, 'importing it into the engine');
    await importImage(LOCAL_ROOT_IMAGE, () => createReadStream(tar), [`LABEL ${CONTENT_LABEL}=${rootContent}`]);
    return LOCAL_ROOT_IMAGE;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
