import { type DestinationStream, destination, pino } from 'pino';

/** What the service logs through: pino, or anything of this form. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** JSON lines, by default to standard error; secrets by their usual names are never printed. */
export function createLogger(level: string, to: DestinationStream = destination(2)): Log {
  const options = {
    level,
    base: { name: 'sandglass' },
    redact: { paths: ['*.authorization', '*["x-api-key"]', '*.env', '*.secret', '*.password'], censor: '[hidden]' },
  };
  return pino(options, to);
}
