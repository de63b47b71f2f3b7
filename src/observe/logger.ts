import { type DestinationStream, pino } from 'pino';

/** What the service logs through: pino, or anything of this form. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** JSON lines to `destination` (standard output by default); secrets by their usual names are never printed. */
export function createLogger(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { name: 'sandglass' },
    redact: { paths: ['*.authorization', '*["x-api-key"]', '*.env', '*.secret', '*.password'], censor: '[hidden]' },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
