/** Progress goes to stderr: stdout belongs to what the user asked for. */
export function say(step, text) {
  process.stderr.write(`${step.padEnd(WIDTH)} ${text}\n`);
}

/** Something that bootstrap cannot put right itself: the message says what, `command` what the user can run. */
export class BootstrapError extends Error {
  constructor(message, command) {
    super(message);
    this.name = 'BootstrapError';
    this.command = command;
  }
}

const WIDTH = 'busybox-image:'.length;
