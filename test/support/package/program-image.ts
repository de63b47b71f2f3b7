import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-fs';
import { engine } from '../engine.ts';

const BASE = 'sandglass-busybox:latest';

/**
 * Makes an image out of programs of this machine, with the libraries they are linked with: no registry has to be asked
 * for one. `folders` are copied whole.
 */
export async function programImage(
  name: string,
  programs: Readonly<Record<string, string>>,
  folders: readonly string[] = [],
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'sandglass-image-'));
  try {
    for (const [path, source] of Object.entries(programs)) {
      put(root, realpathSync(source), path);
      for (const library of librariesOf(source)) put(root, realpathSync(library), library);
    }
    for (const folder of folders) cpSync(folder, join(root, folder), { recursive: true });
    writeFileSync(join(root, 'Dockerfile'), `FROM ${BASE}\nCOPY . /\n`);
    await buildImage(name, root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Where programs are dynamic: `name => /path (0x...)`, and the loader without an arrow. */
function librariesOf(program: string): readonly string[] {
  const listing = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...listing.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map(([, path = '']) => path);
}

function put(root: string, source: string, path: string): void {
  const target = join(root, path);
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(source, target);
}

/**
 * Builds a folder that has a Dockerfile; the ids of all images it went through, for `removeUntagged`. Throws with the last
 * line of a build that fails.
 */
export async function buildImage(
  name: string,
  folder: string,
  buildargs: Record<string, string> = {},
): Promise<readonly string[]> {
  // tar-fs hands out a stream of streamx, which lacks members of Node's.
  const context = Readable.from(pack(folder));
  const stream = await engine.buildImage(context, { t: name, buildargs, forcerm: true });
  const steps = await new Promise<readonly { error?: string; stream?: string }[]>((resolve, reject) =>
    engine.modem.followProgress(stream, (error, all) => (error ? reject(error) : resolve(all))),
  );
  const failed = steps.find(({ error }) => error !== undefined);
  if (failed !== undefined) throw new Error(`no image ${name}: ${failed.error}`);
  return steps.flatMap(({ stream: said = '' }) => /^ ---> ([0-9a-f]{12})/.exec(said)?.[1] ?? []);
}

/** Removes those of the images that have no name: a build of several stages leaves each but the last one behind. */
export async function removeUntagged(ids: readonly string[]): Promise<void> {
  const untagged = await engine.listImages({ filters: JSON.stringify({ dangling: ['true'] }) });
  const ours = untagged.filter(({ Id }) => ids.some((id) => Id.startsWith(`sha256:${id}`)));
  for (const { Id } of ours) await engine.getImage(Id).remove();
}

/** Where this machine's iptables keeps its matches, which it loads by name. */
export function iptablesFolders(): readonly string[] {
  const libraries = readdirSync('/usr/lib').map((name) => join('/usr/lib', name, 'xtables'));
  return [...libraries, '/usr/lib/xtables'].filter((folder) => existsSync(folder));
}

/** A program on the usual paths; undefined where there is none. */
export function programPath(name: string): string | undefined {
  return ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].map((folder) => join(folder, basename(name))).find(existsSync);
}
