import { expect, it } from 'vitest';
import { advancePull, PULL_BEGUN, type PullLine, progressOf } from '../../../src/runtime/docker/pull-progress.ts';

const at = (lines: readonly PullLine[]) => progressOf(lines.reduce(advancePull, PULL_BEGUN));
const head: PullLine[] = [
  { status: 'Pulling from library/python', id: '3.12' },
  { status: 'Pulling fs layer', id: 'a', progressDetail: {} },
  { status: 'Pulling fs layer', id: 'b', progressDetail: {} },
  { status: 'Already exists', id: 'c', progressDetail: {} },
];
const downloaded: PullLine[] = [
  { status: 'Downloading', id: 'a', progressDetail: { current: 100, total: 100 } },
  { status: 'Download complete', id: 'a' },
  { status: 'Downloading', id: 'b', progressDetail: { current: 10, total: 300 } },
  { status: 'Verifying Checksum', id: 'b' },
];

it('resolves until the first layer is named', () => {
  expect(at([])).toEqual({ phase: 'resolving', currentBytes: 0, totalBytes: 0 });
  expect(at(head.slice(0, 1)).phase).toBe('resolving');
});

it('adds the downloaded bytes of all layers', () => {
  expect(at(head)).toEqual({ phase: 'downloading', currentBytes: 0, totalBytes: 0 });
  expect(at([...head, ...downloaded.slice(0, 3)])).toEqual({
    phase: 'downloading',
    currentBytes: 110,
    totalBytes: 400,
  });
});

it('extracts when every layer is downloaded, and counts extracted bytes from then on', () => {
  expect(at([...head, ...downloaded])).toEqual({ phase: 'extracting', currentBytes: 0, totalBytes: 400 });
  const half: PullLine = { status: 'Extracting', id: 'a', progressDetail: { current: 50, total: 100 } };
  expect(at([...head, ...downloaded, half])).toEqual({ phase: 'extracting', currentBytes: 50, totalBytes: 400 });
  const whole: PullLine = { status: 'Pull complete', id: 'a' };
  expect(at([...head, ...downloaded, half, whole]).currentBytes).toBe(100);
});

it('is done when the engine gives the status of the image, also of one that it had', () => {
  const end: PullLine[] = [{ status: 'Digest: sha256:0' }, { status: 'Status: Image is up to date for python:3.12' }];
  expect(at([head[0] ?? {}, ...end])).toEqual({ phase: 'done', currentBytes: 0, totalBytes: 0 });
  expect(at([...head, ...downloaded, ...end])).toEqual({ phase: 'done', currentBytes: 400, totalBytes: 400 });
});
