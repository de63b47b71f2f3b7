import type { LogLine } from '../../contract/logs.ts';

export interface LogRow {
  readonly key: number;
  readonly at: string;
  readonly stream: LogLine['stream'];
  readonly text: string;
  /** The next line of its stream goes on in it. */
  readonly isPartial: boolean;
}

const KEPT = 5_000;

/** The rows with lines after them: the newest 5,000. */
export function withLines(rows: readonly LogRow[], lines: readonly LogLine[]): readonly LogRow[] {
  const all = [...rows];
  for (const { at, stream, text, partial: isPartial = false } of lines) {
    const last = all.at(-1);
    const plain = withoutEscapes(text);
    if (last?.isPartial && last.stream === stream)
      all[all.length - 1] = { ...last, text: last.text + plain, isPartial };
    else all.push({ key: (last?.key ?? 0) + 1, at, stream, text: plain, isPartial });
  }
  return all.slice(-KEPT);
}

/** Colours and movements of terminals mean nothing here. */
function withoutEscapes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ESC is what begins them.
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|\r$/g, '');
}
