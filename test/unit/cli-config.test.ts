import { describe, expect, it } from 'vitest';
import { settings } from '../../src/config.ts';
import { runCli } from '../support/cli/run-cli.ts';

describe('config', () => {
  it('lists every setting with its value, default and meaning', async () => {
    const { exitCode, results } = await runCli(['config'], { SANDGLASS_PORT: '8080' });
    expect(exitCode).toBe(0);
    for (const name of Object.keys(settings)) expect(results).toContain(name);
    expect(results).toMatch(/^SANDGLASS_PORT +8080 +4747 +Port of the API/m);
  });

  it('is one JSON array with --json, secrets hidden', async () => {
    const { results } = await runCli(['config', '--json'], { SANDGLASS_ADMIN_KEY: 'hunter2' });
    expect(JSON.parse(results)).toHaveLength(Object.keys(settings).length);
    expect(results).not.toContain('hunter2');
  });

  it('still lists all when one is wrong, and ends with 2', async () => {
    const { exitCode, results, progress } = await runCli(['config'], { SANDGLASS_PORT: 'high' });
    expect(exitCode).toBe(2);
    expect(results).toContain('SANDGLASS_LOG_LEVEL');
    expect(progress).toContain('SANDGLASS_PORT must be a number');
  });

  it('names what has no effect', async () => {
    const { progress } = await runCli(['config'], { SANDGLASS_PROT: '1' });
    expect(progress).toBe('SANDGLASS_PROT is set, and has no effect in this release.\n');
  });
});
