import { describe, expect, it } from 'vitest';
import { isControlPath } from '../../../src/proxy/agent-port.ts';
import { recognise } from '../../../src/proxy/target.ts';

function look(url: string, headers: readonly string[] = ['Host', '127.0.0.1:4747'], hasPathForm = true) {
  return recognise({ url, rawHeaders: headers }, { hasPathForm });
}

function place(url: string, headers?: readonly string[]) {
  const found = look(url, headers);
  return found.kind === 'target' ? Object.values(found.target).join(' ').trim() : found.kind;
}

const BOTH = ['host', 'x', 'E2B-SANDBOX-ID', 'abc', 'e2b-sandbox-port', '3000'];

describe('recognise', () => {
  it('knows a sandbox by headers, host and path', () => {
    expect(place('/a?b=/c', BOTH)).toBe('header abc 3000 /a?b=/c');
    expect(place('/a', ['Host', '3000-abc.sandbox.example:80'])).toBe('host abc 3000 /a');
    expect(place('/a', ['HOST', '3000-ABC.Example'])).toBe('host abc 3000 /a');
    expect(place('/a', ['Host', '3000-abc'])).toBe('host abc 3000 /a');
    expect(place('/sandbox/abc/3000/a/b?c')).toBe('path abc 3000 /a/b?c /sandbox/abc/3000');
    expect(place('/files?path=a')).toBe('signed');
  });

  it('leaves all else to the API', () => {
    for (const url of [
      '/',
      '/v1/sandboxes',
      '/sandbox',
      '/sandbox/',
      '/sandbox/abc',
      '/Sandbox/abc/80/',
      '/filesystem',
      '*',
    ]) {
      expect(place(url)).toBe('none');
    }
    expect(place('/', ['Host', '123456-abc.example'])).toBe('none');
    expect(place('/', ['Host', 'a-1.example'])).toBe('none');
    expect(look('/sandbox/abc/3000/', undefined, false).kind).toBe('none');
  });

  it('leads a path without its last slash there', () => {
    expect(look('/sandbox/abc/80?x=1')).toEqual({ kind: 'redirect', location: '/sandbox/abc/80/?x=1' });
  });

  it('takes a target with an address in it by its path', () => {
    expect(place('http://3000-abc.example/a', ['Host', '3000-abc.example'])).toBe('host abc 3000 /a');
    expect(place('http://api.example/sandbox/abc/80/x', ['Host', 'api.example'])).toBe(
      'path abc 80 /x /sandbox/abc/80',
    );
    expect(place('http://3000-abc.example?x', ['Host', '3000-abc.example'])).toBe('host abc 3000 /?x');
  });

  it.each([
    ['one header alone', '/', ['Host', 'x', 'E2b-Sandbox-Id', 'abc']],
    ['the other alone', '/', ['Host', 'x', 'E2b-Sandbox-Port', '80']],
    ['a header twice', '/', [...BOTH, 'E2b-Sandbox-Id', 'abc']],
    ['two ids in one header', '/', ['Host', 'x', 'E2b-Sandbox-Id', 'abc, def', 'E2b-Sandbox-Port', '80']],
    ['an id that is none', '/', ['Host', 'x', 'E2b-Sandbox-Id', '../abc', 'E2b-Sandbox-Port', '80']],
    ['an id in capitals', '/', ['Host', 'x', 'E2b-Sandbox-Id', 'ABC', 'E2b-Sandbox-Port', '80']],
    ['an id too long', '/', ['Host', 'x', 'E2b-Sandbox-Id', 'a'.repeat(41), 'E2b-Sandbox-Port', '80']],
    ['port 0', '/', ['Host', 'x', 'E2b-Sandbox-Id', 'abc', 'E2b-Sandbox-Port', '0']],
    ['port 65536', '/', ['Host', '65536-abc.example']],
    ['a port with a zero in front', '/', ['Host', '080-abc.example']],
    ['header against host', '/', [...BOTH, 'Host', '80-abc.example']],
    ['header against path', '/sandbox/def/80/', BOTH],
    ['host against path', '/sandbox/abc/80/', ['Host', '81-abc.example']],
    ['two hosts', '/', ['Host', '80-abc.example', 'Host', 'api.example']],
    ['a target with another host', 'http://80-abc.example/', ['Host', 'api.example']],
    ['a target with another sandbox', 'http://80-abc.example/', ['Host', '80-def.example']],
    ['an encoded slash in the id', '/sandbox/abc%2f80/80/', ['Host', 'x']],
    ['an encoded id', '/sandbox/%61bc/80/', ['Host', 'x']],
    ['dots in place of an id', '/sandbox/../80/', ['Host', 'x']],
    ['a target that is no path', '*', BOTH],
  ])('refuses %s', (_, url, headers) => {
    expect(look(url, headers).kind).toBe('refused');
  });
});

describe('isControlPath', () => {
  it.each([
    ...['/init', '//init', '/%69nit', '/%2569nit', '/init/', '/INIT', '/./init', '/x/../init', '\\init', '/%5cinit'],
    ...['/stop', '/stop?x', '/stop#', '/sandglass/exec', '/sandglass', '//sandglass//files', '/%2fsandglass/files'],
    ...['/init;x', '/init%00', '/init%3Fx', '/init%20', '/sandglass/exec/../../files', '/init/x', '/%252e%252e/x'],
  ])('keeps %s for the service', (path) => {
    expect(isControlPath(path)).toBe(true);
  });

  it.each(['/', '/files?path=/init', '/health', '/process.Process/Start', '/initialise', '/metrics', '/envs'])(
    'lets %s through',
    (path) => {
      expect(isControlPath(path)).toBe(false);
    },
  );
});
