import { describe, expect, it } from 'vitest';
import { type ExecOutput, Sandbox } from '../../src/sdk/index.ts';
import { outputText } from '../../src/sdk/output-text.ts';
import { sandboxView } from '../support/sdk/sandbox-view.ts';
import { type Reaction, scriptedServices } from '../support/sdk/scripted-service.ts';

const serviceThat = scriptedServices();

const apiKey = `e2b_${'1'.repeat(40)}`;

/** A sandbox of a service that reacts so to what follows its look-up. */
async function sandboxWhose(...reactions: readonly Reaction[]) {
  const service = await serviceThat({ status: 200, json: sandboxView() }, ...reactions);
  const sandbox = await Sandbox.get('abc', { url: service.url, apiKey });
  return { sandbox, seen: () => service.seen.slice(1) };
}

const lines = (...events: readonly object[]): Reaction => ({
  status: 200,
  text: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  headers: { 'content-type': 'application/x-ndjson' },
});
const start = { seq: 0, type: 'start', execId: 'e1', pid: 7 };
const wrote = (seq: number, text: string, type = 'stdout') => ({
  seq,
  type,
  data: Buffer.from(text).toString('base64'),
});
const end = (seq: number) => ({ seq, type: 'end', exitCode: 3, signal: null, timedOut: false, durationMs: 5 });
const reason = (seq: number, code: string) => ({ seq, type: 'end', reason: { code, message: code, state: 'stopped' } });

async function textOf(events: AsyncIterable<ExecOutput>): Promise<string> {
  let text = '';
  for await (const event of events) {
    if (event.type === 'stdout') text += new TextDecoder().decode(event.data);
    if (event.type === 'end') text += `end ${event.exitCode}`;
  }
  return text;
}

describe('a command whose output is streamed', () => {
  it.each([
    ['whose connection broke', lines(start, wrote(1, 'a'))],
    ['whose service ended', lines(start, wrote(1, 'a'), reason(2, 'service_closing'))],
    ['whose sandbox was silent', lines(start, wrote(1, 'a'), reason(2, 'agent_unavailable'))],
  ])('is resumed after the last line that came: one %s', async (_what, first) => {
    const { sandbox, seen } = await sandboxWhose(first, lines(wrote(1, 'a'), wrote(2, 'b'), end(3)));
    expect(await textOf(sandbox.execStream('x'))).toBe('abend 3');
    const execId = Reflect.get(Object(seen()[0]?.body), 'execId');
    expect(seen()[1]).toMatchObject({ method: 'GET', target: `/v1/sandboxes/${sandbox.id}/exec/${execId}?after=1` });
  });

  it('is over with its sandbox', async () => {
    const { sandbox, seen } = await sandboxWhose(lines(start, reason(1, 'sandbox_stopped')));
    const failed = textOf(sandbox.execStream('x'));
    await expect(failed).rejects.toMatchObject({ code: 'conflict', details: { state: 'stopped' } });
    expect(seen()).toHaveLength(1);
  });

  it('is not begun twice', async () => {
    const { sandbox, seen } = await sandboxWhose('break');
    await expect(textOf(sandbox.execStream('x'))).rejects.toMatchObject({ code: 'unreachable' });
    expect(seen()).toHaveLength(1);
  });
});

describe('a command that is waited for', () => {
  const result = { execId: 'e1', exitCode: 3, signal: null, timedOut: false, durationMs: 5 };

  it.each([[600], [null]])(
    'is read as it comes when it may take longer than fetch waits: %s',
    async (timeoutSeconds) => {
      const script = lines(start, wrote(1, 'o€'), wrote(2, 'e', 'stderr'), { seq: 3, type: 'heartbeat' }, end(3));
      const { sandbox, seen } = await sandboxWhose(script);
      const truncated = { stdout: false, stderr: false };
      expect(await sandbox.exec('x', { timeoutSeconds })).toEqual({ ...result, stdout: 'o€', stderr: 'e', truncated });
      expect(seen()[0]).toMatchObject({ headers: { accept: 'application/x-ndjson' }, body: { timeoutSeconds } });
    },
  );

  it('is told in one piece when it is short', async () => {
    const { sandbox, seen } = await sandboxWhose({ status: 200, json: { ...result, stdout: 'o', stderr: '' } });
    expect(await sandbox.exec('x')).toMatchObject({ exitCode: 3, stdout: 'o' });
    expect(seen()[0]?.headers).toMatchObject({ accept: 'application/json' });
  });
});

describe('a long output', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it('keeps its beginning and its end', () => {
    const output = outputText(8);
    for (const piece of ['a', 'bcde', 'fghijk', 'lmnopqrstuvwx', 'yz']) output.add(bytes(piece));
    expect([output.isTruncated(), output.text()]).toEqual([true, 'abcd\n[... 18 bytes truncated ...]\nwxyz']);
  });

  it('is whole when it fits, characters over its pieces too', () => {
    const output = outputText(8);
    for (const byte of bytes('ab€cd')) output.add(Uint8Array.of(byte));
    expect([output.isTruncated(), output.text()]).toEqual([false, 'ab€cd']);
  });
});
