import { accessSync, constants, statSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { AgentError } from '../agent-error.ts';

/** Where and for whom a program is looked up. */
export interface Surroundings {
  readonly cwd: string;
  /** PATH of the process itself. */
  readonly path: string;
}

/**
 * The absolute path of a program, found as execvp(3) does. Images without bash run what asks for it with their sh.
 * Throws `invalid_argument` that names the program.
 */
export function findProgram(command: string, surroundings: Surroundings): string {
  const found = lookUp(command, surroundings);
  if (found !== undefined) return found;
  if (!isShell(command)) throw new AgentError('invalid_argument', `There is no program '${command}' in the sandbox.`);
  const shell = isShell(command) ? lookUp('/bin/sh', surroundings) : undefined;
  if (shell !== undefined) return shell;
  const message = `The image has no ${command} and no /bin/sh: it runs no shell commands, only programs of its own.`;
  throw new AgentError('invalid_argument', message);
}

/** argv of a string for the shell. */
export function shellCommand(text: string): readonly string[] {
  return ['/bin/bash', '-l', '-c', text];
}

function isShell(command: string): boolean {
  return ['/bin/bash', '/usr/bin/bash', 'bash', '/bin/sh', 'sh'].includes(command);
}

function lookUp(command: string, { cwd, path }: Surroundings): string | undefined {
  if (command.includes('/')) {
    const file = isAbsolute(command) ? command : join(cwd, command);
    return isFile(file) ? file : undefined;
  }
  if (command === '') return undefined;
  return path
    .split(':')
    .map((folder) => join(isAbsolute(folder) ? folder : join(cwd, folder), command))
    .find((file) => isFile(file) && isExecutable(file));
}

function isFile(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const SETPRIV_PLACES = ['/usr/bin/setpriv', '/bin/setpriv'];

/** util-linux's setpriv, where the image has it: busybox has one too, without the options that are needed. */
export function findSetpriv(realpath: (file: string) => string): string | undefined {
  return SETPRIV_PLACES.find((file) => isFile(file) && basename(realpath(file)) === 'setpriv');
}
