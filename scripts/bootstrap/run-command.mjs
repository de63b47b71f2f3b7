import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Runs one program with an argument list (never a shell) and resolves with its stdout.
 * Rejects when it cannot start, exits with another code than 0, or is not done within `timeoutMs`; the message ends
 * with the last lines it wrote. `onLine` hears each line of both streams.
 */
export function runCommand(argv, { timeoutMs, cwd, env, onLine = () => {} }) {
  const [file, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const out = [];
    const tail = [];
    const hear = (stream, sink) =>
      createInterface({ input: stream }).on('line', (line) => {
        sink?.push(line);
        tail.push(line);
        if (tail.length > TAIL_LINES) tail.shift();
        onLine(line);
      });
    hear(child.stdout, out);
    hear(child.stderr);
    const deadline = stopAfter(child, timeoutMs, () => reject(tooLate()));
    const stop = () => child.kill('SIGTERM');
    process.once('exit', stop);
    child.once('close', () => process.removeListener('exit', stop));
    child.once('error', (error) => {
      deadline.clear();
      reject(new Error(`${file} could not be started: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      deadline.clear();
      if (code === 0) return resolve(out.join('\n'));
      reject(deadline.isOver() ? tooLate() : failure(`ended with ${signal ?? code}`));
    });
    const failure = (how) => new Error([`${argv.join(' ')} ${how}`, ...tail].join('\n  '));
    const tooLate = () => failure(`was not done after ${timeoutMs / 1000} s`);
  });
}

/** The path of a program, or undefined. Looks in the system folders too: a user's PATH often lacks /usr/sbin. */
export function findProgram(name) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A child that even SIGKILL does not end (sudo's belongs to root) is left behind: then `giveUp` is called. */
function stopAfter(child, timeoutMs, giveUp) {
  let isOver = false;
  let kill;
  const timer = setTimeout(() => {
    isOver = true;
    child.kill('SIGTERM');
    kill = setTimeout(() => {
      child.kill('SIGKILL');
      giveUp();
    }, KILL_AFTER_MS);
  }, timeoutMs);
  return {
    isOver: () => isOver,
    clear: () => {
      clearTimeout(timer);
      clearTimeout(kill);
    },
  };
}

const TAIL_LINES = 12;
const KILL_AFTER_MS = 5_000;
