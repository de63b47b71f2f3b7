import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli/run-cli.ts';

describe('a wrong argument', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['bogus']],
    ['an unknown option', ['config', '--jsn']],
    ['too many arguments', ['doctor', 'now']],
    ['a missing option', ['keys', 'create']],
    ['a missing argument', ['keys', 'revoke']],
    ['a role that is none', ['keys', 'create', '--name', 'x', '--role', 'root']],
    ['a quota of nothing', ['keys', 'create', '--name', 'x', '--quota-sandboxes', '0']],
    ['a quota that is no number', ['keys', 'create', '--name', 'x', '--quota-cpus', '1e3']],
    ['an expiry that has passed', ['keys', 'create', '--name', 'x', '--expires', '2001-01-01']],
    ['an expiry that is none', ['keys', 'create', '--name', 'x', '--expires', 'soon']],
    ['a tenant with a slash', ['keys', 'create', '--name', 'x', '--tenant', '../y']],
    ['a name with an escape', ['keys', 'create', '--name', 'x\u001b[31m']],
    ['an id that leads elsewhere', ['keys', 'revoke', '../../v1/sandboxes']],
    ['an id that is a command', ['keys', 'revoke', '$(id);`id`']],
    ['an address that is none', ['keys', 'list', '--url', 'file:///etc/passwd']],
  ])('such as %s ends with 2, and prints no result', async (_name, argv) => {
    const { exitCode, results, progress } = await runCli(argv);
    expect(exitCode).toBe(2);
    expect(results).toBe('');
    expect(progress).not.toBe('');
  });

  it('is answered with what is wrong, a hint and an example', async () => {
    const { progress } = await runCli(['config', '--jsn']);
    expect(progress).toContain("unknown option '--jsn'");
    expect(progress).toContain('--json');
    expect(progress).toContain('Example: sandglass config --json');
  });

  it('is repeated without what a terminal would act upon', async () => {
    const { progress } = await runCli(['\u001b]0;owned\u0007']);
    expect(progress).toContain('owned');
    expect(progress).toMatch(/^[^\p{Cc}]*\n[^\p{Cc}]*\n$/u);
  });
});

describe('help', () => {
  it.each([[['--help']], [['keys', 'create', '--help']], [['help', 'doctor']]])(
    'is a result and no error: %j',
    async (argv) => {
      const { exitCode, results } = await runCli(argv);
      expect(exitCode).toBe(0);
      expect(results).toContain('Usage: sandglass');
      expect(results).toContain('Example:');
    },
  );

  it('names the version', async () => {
    expect((await runCli(['--version'])).results).toMatch(/^\d+\.\d+\.\d+$/m);
  });
});
