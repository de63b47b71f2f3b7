import type { Log } from '../../../src/observe/logger.ts';

export interface RecordingLog extends Log {
  readonly lines: readonly { readonly level: keyof Log; readonly event: unknown; readonly text: string }[];
  events(level: keyof Log): readonly unknown[];
}

export function recordingLog(): RecordingLog {
  const lines: { level: keyof Log; event: unknown; text: string }[] = [];
  const record = (level: keyof Log) => (fields: object, message: string) => {
    lines.push({
      level,
      event: 'event' in fields ? fields.event : undefined,
      text: `${message} ${JSON.stringify(fields)}`,
    });
  };
  return {
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
    lines,
    events: (level) => lines.filter((line) => line.level === level).map((line) => line.event),
  };
}
