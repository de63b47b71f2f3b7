import { expect, test, vi } from 'vitest';
import { terminalInput } from '../../../../src/agent/process/terminal-input.ts';

test('input that a terminal does not take at once arrives later, in order', async () => {
  let taken = '';
  let room = 3;
  const input = terminalInput((data) => {
    const part = Buffer.from(data).subarray(0, room);
    room -= part.length;
    taken += part.toString();
    return part.length;
  });
  input.write(Buffer.from('abcde'));
  input.write(Buffer.from('fg'));
  expect(taken).toBe('abc');
  room = 100;
  await vi.waitFor(() => expect(taken).toBe('abcdefg'));
});

test('more than 1 MiB that a terminal does not read is refused', () => {
  const input = terminalInput(() => 0);
  input.write(Buffer.alloc(1024 * 1024 + 1));
  expect(() => input.write(Buffer.from('x'))).toThrow(expect.objectContaining({ code: 'resource_exhausted' }));
});

test('input of a terminal that has closed is forgotten', () => {
  const input = terminalInput(() => undefined);
  for (let count = 0; count < 3; count += 1) input.write(Buffer.alloc(1024 * 1024));
});
