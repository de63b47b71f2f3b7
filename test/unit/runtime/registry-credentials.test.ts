import { expect, it } from 'vitest';
import { authHeader } from '../../../src/runtime/docker/registry-auth.ts';
import { credentialsIn, parseDockerConfig } from '../../../src/runtime/docker/registry-credentials.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const find = (config: object, registry: string) => credentialsIn(parseDockerConfig(JSON.stringify(config)), registry);

it('reads user and password, also a password with a colon', () => {
  const auths = { 'ghcr.io': { auth: base64('alice:pa:ss') } };
  expect(find({ auths }, 'ghcr.io')).toEqual({ username: 'alice', password: 'pa:ss', serveraddress: 'ghcr.io' });
});

it('finds Docker Hub under its old address, and registries under addresses of older clients', () => {
  const auths = {
    'https://index.docker.io/v1/': { auth: base64('a:b') },
    'https://reg.example/v2/': { auth: base64('c:d') },
  };
  expect(find({ auths }, 'docker.io')).toMatchObject({ username: 'a' });
  expect(find({ auths }, 'reg.example')).toMatchObject({ username: 'c' });
  expect(find({ auths }, 'reg.example:5000')).toBeUndefined();
});

it('prefers an identity token', () => {
  const auths = { 'reg.example': { auth: base64('a:b'), identitytoken: 'secret' } };
  expect(find({ auths }, 'reg.example')).toEqual({ identitytoken: 'secret', serveraddress: 'reg.example' });
});

it.each([{}, { auths: {} }, { auths: { 'reg.example': {} } }, { auths: { 'reg.example': { auth: '' } } }])(
  'has none in %j',
  (config) => {
    expect(find(config, 'reg.example')).toBeUndefined();
  },
);

it('leaves alone what else the file holds', () => {
  const config = {
    auths: {},
    credsStore: 'desktop',
    credHelpers: { 'gcr.io': 'gcloud' },
    currentContext: 'x',
    proxies: {},
  };
  expect(parseDockerConfig(JSON.stringify(config))).toEqual({
    auths: {},
    credsStore: 'desktop',
    credHelpers: { 'gcr.io': 'gcloud' },
  });
});

it('is URL-safe in the header', () => {
  const header = authHeader({ username: '??>>~~', password: 'ÿÿÿ', serveraddress: 'x' });
  expect(header).toMatch(/^[A-Za-z0-9_=-]+$/);
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({
    username: '??>>~~',
    password: 'ÿÿÿ',
  });
});
