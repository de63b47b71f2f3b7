import { expect, it } from 'vitest';
import { parseDockerHost } from '../../../src/runtime/docker/docker-host.ts';

it.each([
  [undefined, { kind: 'unix', socketPath: '/var/run/docker.sock' }],
  ['', { kind: 'unix', socketPath: '/var/run/docker.sock' }],
  ['unix:///run/user/1000/docker.sock', { kind: 'unix', socketPath: '/run/user/1000/docker.sock' }],
  ['tcp://10.0.0.7:2376', { kind: 'tcp', host: '10.0.0.7', port: 2376 }],
  ['tcp://engine.example', { kind: 'tcp', host: 'engine.example', port: 2375 }],
  ['ssh://alice@engine.example:2222', { kind: 'ssh', destination: 'alice@engine.example', port: 2222 }],
  ['ssh://engine.example', { kind: 'ssh', destination: 'engine.example', port: null }],
])('reads %s', (text, host) => {
  expect(parseDockerHost(text)).toEqual(host);
});

it.each([
  'engine',
  'http://engine:2375',
  'ssh://-oProxyCommand=x',
  'ssh://-l@host',
  'tcp://',
  'npipe:////./pipe/docker_engine',
])('refuses %s with a hint', (text) => {
  expect(() => parseDockerHost(text)).toThrow(
    expect.objectContaining({ code: 'invalid_request', hint: expect.any(String) }),
  );
});
