import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly folder: string;
  /** Takes every byte that is left. */
  fill(): void;
  /** Gives them back. */
  empty(): void;
  remove(): void;
}

/** A file system of its own of 24 MiB; a text that says why where this machine does not permit it. */
export function smallDisk(): SmallDisk | string {
  const place = mkdtempSync(join(tmpdir(), 'sandglass-disk-'));
  const image = join(place, 'image');
  const folder = join(place, 'mounted');
  const filler = join(folder, 'filler');
  mkdirSync(folder);
  const refused =
    run('truncate', '-s', '24M', image) ??
    run('mkfs.ext4', '-q', '-F', '-m', '0', image) ??
    run('mount', '-o', 'loop', image, folder);
  if (refused !== undefined) {
    rmSync(place, { recursive: true, force: true });
    return refused;
  }
  return {
    folder,
    fill() {
      // Large pieces first, then the rest byte by byte; both end with "No space left on device".
      run('dd', 'if=/dev/zero', `of=${filler}`, 'bs=64k', 'conv=fsync');
      run('dd', 'if=/dev/zero', `of=${filler}.rest`, 'bs=1k', 'conv=fsync');
    },
    empty() {
      rmSync(filler, { force: true });
      rmSync(`${filler}.rest`, { force: true });
    },
    remove() {
      // Lazily: a process that a failed test left must not keep the mount.
      run('umount', '-l', folder);
      rmSync(place, { recursive: true, force: true });
    },
  };
}

/** undefined when it went well, else what it complained of. */
function run(program: string, ...argv: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync(program, argv, { encoding: 'utf8', timeout: 20_000 });
  return status === 0 ? undefined : `${program} ${argv.join(' ')}: ${error?.message ?? stderr.trim()}`;
}
