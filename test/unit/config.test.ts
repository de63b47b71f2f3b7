import { describe, expect, it } from 'vitest';
import { describeConfig, readConfig, settings, unknownSettings } from '../../src/config.ts';
import { SandboxError } from '../../src/domain/errors.ts';

const SECRET = `e2b_${'0a'.repeat(20)}`;

function refusalOf(env: Readonly<Record<string, string>>): SandboxError {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof SandboxError) return error;
    throw error;
  }
  throw new Error('the settings were taken');
}

describe('reading the settings', () => {
  it('takes an empty environment: every default can be read', () => {
    const config = readConfig({});
    expect(Object.keys(config)).toEqual(Object.keys(settings));
    expect(config).toMatchObject({
      SANDGLASS_HOST: '127.0.0.1',
      SANDGLASS_PORT: 4747,
      SANDGLASS_ADMIN_KEY: null,
      SANDGLASS_IMAGES: [],
      SANDGLASS_ALLOW_SANDBOX_CALLERS: false,
      SANDGLASS_TIMEOUT_DEFAULT_SECONDS: 300,
    });
  });

  it('takes an empty variable as one that is not set', () => {
    expect(readConfig({ SANDGLASS_PORT: '', SANDGLASS_HOST: '' })).toEqual(readConfig({}));
  });

  it('names all wrong settings at once', () => {
    const error = refusalOf({ SANDGLASS_PORT: 'high', SANDGLASS_LIFETIME_SCAN_MS: '1', SANDGLASS_REDIS_URL: 'there' });
    expect(error.code).toBe('invalid_request');
    for (const name of ['SANDGLASS_PORT', 'SANDGLASS_LIFETIME_SCAN_MS', 'SANDGLASS_REDIS_URL']) {
      expect(error.message).toContain(name);
    }
    expect(error.details['errors']).toHaveLength(3);
  });

  it.each([
    ['SANDGLASS_PORT', '65536'],
    ['SANDGLASS_PORT', '-1'],
    ['SANDGLASS_PORT', '80.5'],
    ['SANDGLASS_PORT', '0x50'],
    ['SANDGLASS_DATABASE_URL', 'postgres://host/db'],
    ['SANDGLASS_DOCKER_HOST', '/var/run/docker.sock'],
    ['SANDGLASS_OPEN_SUBNET', '10.0.0.0/8'],
    ['SANDGLASS_ALLOW_SANDBOX_CALLERS', 'yes'],
    ['SANDGLASS_LOG_LEVEL', 'loud'],
    ['SANDGLASS_TIMEOUT_DEFAULT_SECONDS', 'NaN'],
    ['SANDGLASS_RECONCILE_SECONDS', '0'],
  ])('refuses %s=%s', (name, value) => {
    expect(refusalOf({ [name]: value }).message).toContain(name);
  });

  it('takes the engine from DOCKER_HOST where SANDGLASS_DOCKER_HOST does not name one', () => {
    const env = { DOCKER_HOST: 'tcp://engine:2376' };
    expect(readConfig(env).SANDGLASS_DOCKER_HOST).toBe('tcp://engine:2376');
    expect(readConfig({ ...env, SANDGLASS_DOCKER_HOST: 'ssh://me@engine' }).SANDGLASS_DOCKER_HOST).toBe(
      'ssh://me@engine',
    );
  });

  it('splits lists and forgets blanks', () => {
    expect(readConfig({ SANDGLASS_IMAGES: ' python:*, ,node:20 ' }).SANDGLASS_IMAGES).toEqual(['python:*', 'node:20']);
  });
});

describe('showing the settings', () => {
  it('hides secrets, and passwords inside addresses', () => {
    const env = { SANDGLASS_ADMIN_KEY: SECRET, SANDGLASS_REDIS_URL: 'redis://user:hunter2@host:6379/0' };
    const shown = JSON.stringify(describeConfig(env));
    expect(shown).not.toContain(SECRET);
    expect(shown).not.toContain('hunter2');
    expect(shown).toContain('[hidden]');
    expect(shown).toContain('redis://user:[hidden]@host:6379/0');
  });

  it('never repeats a secret that cannot be read', () => {
    const error = refusalOf({ SANDGLASS_PORT: 'x', SANDGLASS_REDIS_URL: 'tcp://:hunter2@host' });
    expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain('hunter2');
  });

  it('tells of each whether it is set, its default and its meaning', () => {
    const lines = describeConfig({ SANDGLASS_PORT: '80' });
    expect(lines).toHaveLength(Object.keys(settings).length);
    expect(lines.find(({ name }) => name === 'SANDGLASS_PORT')).toMatchObject({
      value: '80',
      default: '4747',
      isSet: true,
    });
    expect(lines.every(({ meaning }) => meaning.endsWith('.'))).toBe(true);
  });
});

describe('unknown settings', () => {
  it('are those of our prefix that nothing reads', () => {
    const env = { SANDGLASS_PROT: '1', SANDGLASS_PORT: '1', SANDGLASS_URL: 'http://x', PATH: '/bin' };
    expect(unknownSettings(env)).toEqual(['SANDGLASS_PROT']);
  });
});
