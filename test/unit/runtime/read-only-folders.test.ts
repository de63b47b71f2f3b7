import { expect, it } from 'vitest';
import { readOnlyFolders } from '../../../src/runtime/docker/read-only-folders.ts';

const of = (value: string) => readOnlyFolders({ 'sandglass.image.read-only': value });

it('are those that the label of an image names', () => {
  expect(of('/mnt/acp-workspace,/mnt/skills')).toEqual(['/mnt/acp-workspace', '/mnt/skills']);
  expect(of(' /mnt/a , /mnt/a,/mnt/b/c ')).toEqual(['/mnt/a', '/mnt/b/c']);
  expect(of('')).toEqual([]);
  expect(readOnlyFolders({})).toEqual([]);
});

it.each([
  ...['/', '/mnt', '/mnt/', '/opt/sandglass', 'mnt/a', '/mnt/../opt/sandglass', '/mnt/./a', '/mnt//a', '/mnt/a/'],
  ...['/proc', '/mnt/a:rw', '/mnt/a b', '/mnt/a\nb', '/mnt/-a'],
])('are never %j', (path) => {
  expect(of(path)).toEqual([]);
});

it('are bounded', () => {
  expect(of(Array.from({ length: 20 }, (_, index) => `/mnt/f${index}`).join(','))).toHaveLength(8);
});
