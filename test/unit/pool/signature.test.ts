import { describe, expect, it } from 'vitest';
import { shortSignature, signatureOf } from '../../../src/pool/signature.ts';
import { slotTable } from '../../../src/pool/slot-table.ts';
import { hotDefaults } from '../../../src/pool/use-window.ts';
import type { SignatureParts } from '../../../src/ports/pool-view.ts';
import { startOf, template } from './pool-room.ts';

const parts: SignatureParts = {
  imageDigest: 'sha256:abc',
  runtime: 'runc',
  internet: true,
  sudo: true,
  diskMb: null,
  agentVersion: 'agent-1',
};
const changes: readonly Partial<SignatureParts>[] = [
  { imageDigest: 'sha256:abd' },
  { runtime: 'runsc' },
  { internet: false },
  { sudo: false },
  { diskMb: 0 },
  { diskMb: 1_024 },
  { agentVersion: null },
  { agentVersion: 'agent-2' },
];

describe('a signature', () => {
  it('is the same whatever the order that its parts are named in', () => {
    const { agentVersion, diskMb, imageDigest, internet, runtime, sudo } = parts;
    expect(signatureOf({ sudo, runtime, internet, imageDigest, diskMb, agentVersion })).toBe(signatureOf(parts));
    expect(signatureOf({ diskMb, internet, agentVersion, sudo, imageDigest, runtime })).toBe(signatureOf(parts));
  });

  it('is a SHA-256 of the parts alone, of which people see 8 characters', () => {
    expect(signatureOf({ ...parts, ...{ name: 'more' } })).toBe(signatureOf(parts));
    expect(signatureOf(parts)).toMatch(/^[0-9a-f]{64}$/);
    expect(shortSignature(signatureOf(parts))).toBe(signatureOf(parts).slice(0, 8));
  });

  it.each(changes)('is another one with %o', (change) => {
    expect(signatureOf({ ...parts, ...change })).not.toBe(signatureOf(parts));
  });

  it('differs for every one of these', () => {
    const all = [parts, ...changes.map((change) => ({ ...parts, ...change }))].map(signatureOf);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('the signature of a start', () => {
  const table = slotTable({ hot: hotDefaults, digestOf: (image) => `sha256:${image}`, agentVersion: () => 'agent-1' });
  const of = (...start: Parameters<typeof startOf>) => table.groupFor(startOf(...start))?.signature;

  it('is one for nothing said and for the defaults said', () => {
    const lifetime = { timeoutSeconds: 300, idleSeconds: null, onTimeout: 'stop', autoDeleteSeconds: null } as const;
    const resources = { cpus: 1, memoryMb: 512, diskMb: null, pids: 256 };
    expect(of({ template: 'base', resources, runtime: 'runc', internet: true, lifetime, env: {}, labels: {} })).toBe(
      of(),
    );
  });

  it('leaves out what a claim brings along', () => {
    const claim = { env: { A: '1' }, user: 'root', workdir: '/tmp', command: ['sleep', '1'], labels: { a: 'b' } };
    expect(of({ ...claim, resources: { cpus: 2, memoryMb: 64, pids: 9 }, autoResume: true })).toBe(of());
    expect(of({}, template({ name: 'other', env: { A: '1' }, user: 'root', workdir: '/' }))).toBe(of());
  });

  it.each([{ runtime: 'runsc' }, { internet: false }, { resources: { diskMb: 100 } }, { image: 'another:latest' }])(
    'is another one with %o',
    (wish) => {
      expect(of(wish)).not.toBe(of());
    },
  );

  it('is another one where programs may not gain privileges', () => {
    expect(of({}, template({ sudo: false }))).not.toBe(of());
  });
});
