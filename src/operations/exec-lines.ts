import { SandboxError } from '../domain/errors.ts';
import type { Use } from './use-sandbox.ts';

/** No line of an agent is nearly as long. */
const LONGEST_LINE_BYTES = 4 * 1024 * 1024;
const LINE_FEED = 0x0a;

interface Told {
  /** Of the last line. */
  seq: number;
  isEnded: boolean;
}

/**
 * The lines of a command as the agent tells them, whole ones only. Where they break off before their `end`, one that
 * says why comes after them.
 */
export async function* execLines(use: Use, body: AsyncIterable<Buffer>, isFollowed: boolean): AsyncGenerator<Buffer> {
  const told: Told = { seq: -1, isEnded: false };
  let isBroken = false;
  try {
    for await (const lines of wholeLines(body, told)) {
      use.touch();
      yield lines;
    }
  } catch {
    isBroken = true;
  }
  if (told.isEnded || (!isBroken && !isFollowed)) return;
  const why =
    use.signal.aborted && !(use.signal.reason instanceof SandboxError) ? closing : reasonOf(await use.whyEnded());
  yield Buffer.from(`${JSON.stringify({ seq: told.seq + 1, type: 'end', reason: why })}\n`);
}

/** Only a service that ends has its reader still there. */
const closing = { code: 'service_closing', message: 'The service ends; the command goes on, resume it after `seq`.' };

function reasonOf({ code, message, details }: SandboxError): object {
  const isOver = code === 'conflict' || code === 'gone';
  return {
    code: isOver ? 'sandbox_stopped' : code,
    message,
    ...(typeof details['state'] === 'string' ? { state: details['state'] } : {}),
  };
}

async function* wholeLines(body: AsyncIterable<Buffer>, told: Told): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of body) {
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      const lines = Buffer.concat([...rest, chunk.subarray(0, end)]);
      look(lines, told);
      yield lines;
      rest = [];
      restBytes = 0;
    }
    if (end === chunk.length) continue;
    rest.push(chunk.subarray(end));
    restBytes += chunk.length - end;
    if (restBytes > LONGEST_LINE_BYTES) throw new Error('a line of an agent is over 4 MiB long');
  }
}

/** Each line begins with its seq and type: of the last one only these are read. */
function look(lines: Buffer, told: Told): void {
  const start = lines.length < 2 ? 0 : lines.lastIndexOf(LINE_FEED, lines.length - 2) + 1;
  const head = lines.subarray(start, start + 80).toString('latin1');
  const [, seq, type] = /^\{"seq":(\d+),"type":"(\w+)"/.exec(head) ?? [];
  if (seq !== undefined) told.seq = Number(seq);
  told.isEnded = type === 'end';
}
