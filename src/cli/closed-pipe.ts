/** Nobody reads what is written any more: `sandglass logs -f ID | head -1`. */
export class ClosedPipe extends Error {
  constructor() {
    super('Nobody reads the output any more.');
    this.name = 'ClosedPipe';
  }
}

/** 128 and SIGPIPE, as of a program that the signal ends. */
export const CLOSED_PIPE_EXIT_CODE = 141;
