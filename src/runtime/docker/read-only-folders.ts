/** Of an image: folders that nobody inside may write to, root neither; absolute paths separated by commas. */
const READ_ONLY_LABEL = 'sandglass.image.read-only';

/** Below /mnt: a mount elsewhere could hide what a sandbox needs, such as its agent. */
const FOLDER = /^\/mnt(?:\/[A-Za-z0-9_][A-Za-z0-9._-]{0,62}){1,4}$/;
const MOST_FOLDERS = 8;
const SMALLEST_TMPFS_BYTES = 4096;

/** As its labels say; what is no such folder is left out. */
export function readOnlyFolders(labels: Readonly<Record<string, string>>): readonly string[] {
  const named = (labels[READ_ONLY_LABEL] ?? '').split(',').map((path) => path.trim());
  return [...new Set(named)].filter((path) => FOLDER.test(path)).slice(0, MOST_FOLDERS);
}

/** An empty file system that is mounted read-only: a write fails with EROFS, and without CAP_SYS_ADMIN stays so. */
export function readOnlyMount(folder: string): object {
  const options = { SizeBytes: SMALLEST_TMPFS_BYTES, Mode: 0o555 };
  return { Type: 'tmpfs', Target: folder, ReadOnly: true, TmpfsOptions: options };
}
