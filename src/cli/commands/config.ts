import { describeConfig, readConfig, type SettingLine, unknownSettings } from '../../config.ts';
import type { CommandContext } from '../command-context.ts';
import type { Output } from '../output.ts';
import { table } from '../table.ts';

/** Every setting as this environment has it. Throws `invalid_request` after the list when one cannot be read. */
export function config({ env, output }: CommandContext, { json }: { readonly json: boolean }): void {
  const lines = describeConfig(env);
  output.result(json ? JSON.stringify(lines, null, 2) : listing(lines, output));
  for (const name of unknownSettings(env)) output.progress(`${name} is set, and has no effect in this release.`);
  readConfig(env);
}

function listing(lines: readonly SettingLine[], output: Output): string {
  const head = ['SETTING', 'VALUE', 'DEFAULT', 'MEANING'].map((word) => output.paint('bold', word));
  const rows = lines.map(({ name, value, default: fallback, meaning, isSet }) => [
    isSet ? output.paint('bold', name) : name,
    value === '' ? '-' : value,
    fallback === '' ? '-' : fallback,
    meaning,
  ]);
  return table([head, ...rows]);
}
