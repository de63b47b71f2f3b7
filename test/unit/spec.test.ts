import { describe, expect, it } from 'vitest';
import { missingForRestart, normaliseStart, readSpec, SPEC_VERSION, writeSpec } from '../../src/domain/spec.ts';
import { testRow, testStartDefaults, testTemplate } from '../support/rows.ts';

const spec = {
  env: { A: '1' },
  user: 'user',
  workdir: '/home',
  sudo: false,
  allowPublicTraffic: true,
  maskRequestHost: null,
  command: ['sleep', '1'],
};

describe('the stored spec', () => {
  it('is read as it was written', () => {
    expect(readSpec(writeSpec(spec))).toEqual({ outcome: 'ok', spec: { ...spec, version: SPEC_VERSION } });
  });

  it('of an older version takes defaults for what it does not have', () => {
    const old = readSpec(JSON.stringify({ version: 0, env: { A: '1' } }));
    const filled = {
      version: SPEC_VERSION,
      allowPublicTraffic: true,
      maskRequestHost: null,
      env: { A: '1' },
      user: null,
      workdir: null,
      sudo: false,
      command: null,
    };
    expect(old).toEqual({ outcome: 'ok', spec: filled });
  });

  it.each(['not json', '[]', '{"version":99,"env":{}}', '{"version":1,"command":[]}'])('%s is unreadable', (stored) => {
    expect(readSpec(stored).outcome).toBe('unreadable');
  });

  it.each([null, ''])('%o is missing', (stored) => {
    expect(readSpec(stored)).toEqual({ outcome: 'missing' });
  });
});

describe('what a restart needs', () => {
  it('is the recorded container of a sandbox that ran, whatever became of its spec', () => {
    expect(missingForRestart(testRow({ ranOnce: true, containerId: 'c', spec: null }))).toEqual([]);
    expect(missingForRestart(testRow({ ranOnce: true, containerId: null }))).toEqual(['containerId']);
  });

  it('is a readable spec and an image where there is no container yet', () => {
    expect(missingForRestart(testRow())).toEqual([]);
    expect(missingForRestart(testRow({ spec: 'broken' }))).toEqual(['spec']);
    expect(missingForRestart(testRow({ spec: null, image: '' }))).toEqual(['spec', 'image']);
  });
});

describe('a normalised start', () => {
  it('is the same for nothing and for the explicit defaults', () => {
    const explicit = {
      template: 'base',
      resources: { cpus: 1, memoryMb: 512, pids: 256 },
      runtime: 'runc',
      internet: true,
      lifetime: { timeoutSeconds: 300, onTimeout: 'stop' },
    } as const;
    const bare = normaliseStart({}, testTemplate, testStartDefaults);
    expect(normaliseStart(explicit, testTemplate, testStartDefaults)).toEqual(bare);
  });

  it('lets the caller win over the template, and the template over the defaults', () => {
    const template = { ...testTemplate, resources: { cpus: 2, memoryMb: 1_024 }, env: { A: 't', B: 't' }, user: 'dev' };
    const start = normaliseStart({ env: { A: 'c' }, resources: { cpus: 4 } }, template, testStartDefaults);
    expect(start.resources).toEqual({ cpus: 4, memoryMb: 1_024, diskMb: null, pids: 256 });
    expect(start.spec).toMatchObject({ env: { A: 'c', B: 't' }, user: 'dev' });
  });

  it('keeps an explicit null', () => {
    const start = normaliseStart({ lifetime: { timeoutSeconds: null } }, testTemplate, testStartDefaults);
    expect(start.lifetime.timeoutSeconds).toBeNull();
  });
});
