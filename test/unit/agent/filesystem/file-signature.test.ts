import { expect, test } from 'vitest';
import { fileSignature } from '../../../../src/contract/file-signature.ts';

const token = '0tQG31xiMp0IOQfaz9dcwi72L1CPo8e0';
const file = { path: 'hello.txt', operation: 'read', user: 'user', expiresAtSeconds: null } as const;

test('is the one that clients of E2B compute', () => {
  expect(fileSignature(file, token)).toBe('v1_gUtH/s9YCJWgCizjfUxuWfhFE4QSydOWEIIvfLwDr6E');
});

test('is another one for another path, operation, user, end or token', () => {
  const others = [{ path: 'other' }, { operation: 'write' as const }, { user: '' }, { expiresAtSeconds: 1 }];
  const all = [...others.map((other) => fileSignature({ ...file, ...other }, token)), fileSignature(file, 'other')];
  expect(new Set([...all, fileSignature(file, token)]).size).toBe(6);
});
