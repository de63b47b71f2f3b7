import { expect, it } from 'vitest';
import { isImageName, parseImageReference } from '../../../src/runtime/image-reference.ts';

const digest = `sha256:${'0'.repeat(64)}`;

it.each([
  ['python', { registry: 'docker.io', repository: 'python', version: 'latest' }],
  ['python:3.12-slim', { registry: 'docker.io', repository: 'python', version: '3.12-slim' }],
  ['library/python', { registry: 'docker.io', repository: 'library/python', version: 'latest' }],
  ['ghcr.io/a/b_c:1', { registry: 'ghcr.io', repository: 'ghcr.io/a/b_c', version: '1' }],
  ['localhost:5000/a', { registry: 'localhost:5000', repository: 'localhost:5000/a', version: 'latest' }],
  ['localhost/a:2', { registry: 'localhost', repository: 'localhost/a', version: '2' }],
  [`python:3@${digest}`, { registry: 'docker.io', repository: 'python', version: digest }],
])('takes %s apart', (text, reference) => {
  expect(parseImageReference(text)).toEqual(reference);
});

it.each([
  '',
  '../containers/json',
  'a/../b',
  'a b',
  'a?b',
  'a#b',
  'a%2fb',
  'A/b\n',
  'x'.repeat(600),
  '/a',
  'a//b',
  'http://a/b',
])('takes "%s" for no name', (text) => {
  expect(parseImageReference(text)).toBeUndefined();
  expect(isImageName(text)).toBe(false);
});

it('takes ids of images for names', () => {
  expect(isImageName(digest)).toBe(true);
  expect(isImageName('0123456789ab')).toBe(true);
});
