import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxError } from '../../../domain/errors.ts';

/** Room for a socket's path in Linux's `sockaddr_un`, without the NUL (unix(7)). */
const SOCKET_PATH_LIMIT_BYTES = 107;
const PRIVATE_MODE = 0o700;

export interface EmbeddedPlace {
  /** Working folder of the server, by its real path; nobody but our user may enter. */
  readonly folder: string;
  readonly pidFile: string;
  readonly logFile: string;
  readonly socketPath: string;
  /** True when the data directory's path is too long for a socket, which is then in the folder for temporary files. */
  readonly isSocketElsewhere: boolean;
}

/** Makes the private folders of the embedded Redis. Throws `storage_unavailable` when one belongs to somebody else. */
export async function embeddedPlace(dataDir: string, temporaryFolder = tmpdir()): Promise<EmbeddedPlace> {
  await privateFolder(join(dataDir, 'redis'));
  const folder = await realpath(join(dataDir, 'redis'));
  const nearSocket = join(folder, 'redis.sock');
  const isSocketElsewhere = Buffer.byteLength(nearSocket) > SOCKET_PATH_LIMIT_BYTES;
  return {
    folder,
    pidFile: join(folder, 'redis.pid'),
    logFile: join(folder, 'redis.log'),
    socketPath: isSocketElsewhere ? join(await folderElsewhere(folder, temporaryFolder), 'redis.sock') : nearSocket,
    isSocketElsewhere,
  };
}

async function folderElsewhere(folder: string, temporaryFolder: string): Promise<string> {
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const elsewhere = join(temporaryFolder, `sandglass-${hash}`);
  await privateFolder(elsewhere);
  return elsewhere;
}

async function privateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE_MODE }).catch((error: unknown) => {
    throw notPrivate(path, error);
  });
  const found = await lstat(path);
  const isOurs = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid);
  if (!isOurs) throw notPrivate(path);
  if ((found.mode & 0o777) !== PRIVATE_MODE) await chmod(path, PRIVATE_MODE);
}

function notPrivate(path: string, cause?: unknown): SandboxError {
  return new SandboxError('storage_unavailable', `The embedded Redis cannot have ${path} as a folder of its own.`, {
    hint: 'Remove it or give it to the user of the service, choose another SANDGLASS_DATA_DIR, or set SANDGLASS_REDIS_URL.',
    cause,
  });
}
