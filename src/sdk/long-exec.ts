import type { Connection } from './connection.ts';
import { type ExecCall, runCommand } from './exec.ts';
import { type ExecOutput, execStream } from './exec-stream.ts';
import { outputText } from './output-text.ts';
import { SandglassError } from './sandglass-error.ts';
import type { ExecResult } from './wire.ts';

/** An answer has to begin within 300 s, or fetch gives it up: in node (undici's headersTimeout) and in Chromium. */
const LONGEST_SILENCE_SECONDS = 240;

/** Runs a command to its end: what may take longer than an answer may be silent is read as it comes. */
export function runToEnd(
  connection: Connection,
  id: string,
  command: string | readonly string[],
  call: ExecCall,
): Promise<ExecResult> {
  const { timeoutSeconds = 0 } = call;
  const isLong = timeoutSeconds === null || timeoutSeconds > LONGEST_SILENCE_SECONDS;
  return isLong ? resultOf(execStream(connection, id, command, call)) : runCommand(connection, id, command, call);
}

/** The same result that the service would have told. */
export async function resultOf(events: AsyncIterable<ExecOutput>): Promise<ExecResult> {
  const output = { stdout: outputText(), stderr: outputText() };
  let execId = '';
  for await (const event of events) {
    switch (event.type) {
      case 'start':
        execId = event.execId;
        break;
      case 'end': {
        const { exitCode, signal, timedOut, durationMs } = event;
        const { stdout, stderr } = output;
        const truncated = { stdout: stdout.isTruncated(), stderr: stderr.isTruncated() };
        return {
          ...{ execId, exitCode, signal, timedOut, durationMs, truncated },
          stdout: stdout.text(),
          stderr: stderr.text(),
        };
      }
      default:
        output[event.type].add(event.data);
    }
  }
  throw new SandglassError('unreachable', 'The stream of the command broke off.');
}
