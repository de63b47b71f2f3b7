import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs Node.js with these arguments in the foreground, passes signals on, and resolves with the exit code
 * (128 + signal when a signal ended it). A terminal sends Ctrl-C to the child by itself, so that one is not sent twice.
 */
export function runInForeground(args, { cwd, env = process.env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: 'inherit' });
    const forward = (signal) => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const one of SIGNALS) process.removeListener(one, forward);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
