import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readEvent } from '../../../src/runtime/docker/events.ts';
import { jsonLines } from '../../../src/runtime/docker/json-lines.ts';

async function linesOf(bytes: Uint8Array, size: number): Promise<unknown[]> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const values: unknown[] = [];
  for await (const value of jsonLines(pieces())) values.push(value);
  return values;
}

it('gives back every value, however the chunks are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 40 }), async (values, size) => {
      const expected = values.map((value) => JSON.parse(JSON.stringify(value)));
      const text = values.map((value) => `${JSON.stringify(value)}\r\n`).join('');
      expect(await linesOf(new TextEncoder().encode(text), size)).toEqual(expected);
    }),
  );
});

it('gives back a last line without its end, and characters of several bytes', async () => {
  expect(await linesOf(new TextEncoder().encode('{"a":"€"}\n\n{"b":"😀"}'), 1)).toEqual([{ a: '€' }, { b: '😀' }]);
});

it('throws on a line without an end and on what is no JSON', async () => {
  await expect(linesOf(new Uint8Array(2 * 1024 * 1024).fill(0x20), 65_536)).rejects.toThrow(/over 1 MiB/);
  await expect(linesOf(new TextEncoder().encode('{"a":\n'), 10)).rejects.toThrow();
});

const labels = { 'sandglass.service': 's', 'sandglass.sandbox': 'one', exitCode: '137', image: 'x' };
const event = { status: 'die', id: 'abc', Type: 'container', Action: 'die', Actor: { ID: 'abc', Attributes: labels } };

it('reads the event of a sandbox', () => {
  expect(readEvent(event)).toEqual({ action: 'die', sandboxId: 'one', containerId: 'abc' });
});

it.each([
  { ...event, Action: 'exec_start: sh' },
  { ...event, Action: 'kill' },
  { ...event, Type: 'network' },
  { ...event, Actor: { ID: 'abc', Attributes: {} } },
  {},
  null,
  'text',
])('takes %j for no event of a sandbox', (json) => {
  expect(readEvent(json)).toBeUndefined();
});
