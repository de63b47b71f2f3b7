import { execFile } from 'node:child_process';
import { closeSync, constants, fchownSync, mkdtempSync, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Account } from '../accounts.ts';

/** A pipe for one output stream of a process. */
export interface OutputPipe {
  /** What is written into it; ends when nobody can write any more. */
  readonly readable: Socket;
  /** The end for the process. Close it here once the process has it. */
  readonly writeFd: number;
}

/**
 * Pipes as a shell makes them: a program may open /dev/stdout and /dev/stderr of them again. What Node makes by itself is
 * a pair of sockets, which cannot be opened (ENXIO); and it cannot make a pipe, so that these are FIFOs made in advance.
 */
export interface OutputPipes {
  /** undefined where no FIFO can be made: sockets have to do then. */
  open(owner: Account): Promise<OutputPipe | undefined>;
}

const AT_ONCE = 48;
const LOW = 16;
const MAKING_MS = 5_000;
const run = promisify(execFile);

export function outputPipes(): OutputPipes {
  const ready: string[] = [];
  let folder: string | undefined;
  let made = 0;
  let making: Promise<void> | undefined;
  let isBroken = false;
  const make = async () => {
    folder ??= privateFolder();
    const paths = Array.from({ length: AT_ONCE }, () => join(folder ?? '', String(made++)));
    const [program, ...args] = maker();
    await run(program, [...args, '-m', '0600', ...paths], { timeout: MAKING_MS });
    ready.push(...paths);
  };
  const refill = () => {
    making ??= make()
      .catch((error: unknown) => {
        isBroken = true;
        process.stderr.write(`agent: no pipes, /dev/stderr cannot be opened inside: ${String(error)}\n`);
      })
      .finally(() => {
        making = undefined;
      });
    return making;
  };
  return {
    async open(owner) {
      while (ready.length === 0 && !isBroken) await refill();
      const path = ready.pop();
      if (ready.length < LOW && !isBroken) void refill();
      return path === undefined ? undefined : opened(path, owner);
    },
  };
}

/** Its name is gone at once: what is left is an ordinary pipe, which belongs to whoever writes into it. */
function opened(path: string, { uid, gid }: Account): OutputPipe {
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeFd = openSync(path, constants.O_WRONLY);
  unlinkSync(path);
  fchownSync(writeFd, uid, gid);
  return { readable: new Socket({ fd: readFd, readable: true, writable: false }), writeFd };
}

/** The process has its own copy of the end. */
export function closeWriteEnd({ writeFd }: OutputPipe): void {
  closeSync(writeFd);
}

/** In memory, where that is to be had: only names are kept there. */
function privateFolder(): string {
  try {
    return mkdtempSync('/dev/shm/.sandglass-');
  } catch {
    return mkdtempSync(join(tmpdir(), '.sandglass-'));
  }
}

/** The build's own mkfifo, run by the loader that runs this program; the machine's, where there is no such loader. */
function maker(): [string, ...string[]] {
  const loader = process.execPath;
  if (!basename(loader).startsWith('ld-')) return ['mkfifo'];
  const lib = dirname(loader);
  return [loader, '--library-path', lib, join(dirname(lib), 'mkfifo')];
}
