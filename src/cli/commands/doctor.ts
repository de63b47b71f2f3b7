import { type Config, readConfig, unknownSettings } from '../../config.ts';
import type { CommandContext } from '../command-context.ts';
import type { Output } from '../output.ts';
import { table } from '../table.ts';
import { type Check, fail, ok, warn } from './doctor-check.ts';
import { checkDataDir, checkLock, lockHolder } from './doctor-data-dir.ts';
import { checkDatabase } from './doctor-database.ts';
import { checkEngine } from './doctor-engine.ts';
import { checkNode, checkPorts } from './doctor-machine.ts';
import { checkPool } from './doctor-pool.ts';
import { checkRedis } from './doctor-redis.ts';

/** Looks at everything that a start needs, and says what to do about what is missing. False when something fails. */
export async function doctor({ env, output }: CommandContext, { json }: { readonly json: boolean }): Promise<boolean> {
  const checks = await examine(env);
  const isWell = checks.every(({ outcome }) => outcome !== 'fail');
  output.result(json ? JSON.stringify({ ok: isWell, checks }, null, 2) : report(checks, output));
  return isWell;
}

async function examine(env: CommandContext['env']): Promise<readonly Check[]> {
  const node = checkNode(process.version);
  let config: Config;
  try {
    config = readConfig(env);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return [node, fail('settings', words, '`sandglass config` lists every setting with its default.')];
  }
  const holder = lockHolder(config.SANDGLASS_DATA_DIR);
  return [
    node,
    checkSettings(env),
    ...(await checkEngine(config, env)),
    await checkRedis(config.SANDGLASS_REDIS_URL, env['PATH'] ?? ''),
    ...checkDataDir(config.SANDGLASS_DATA_DIR),
    checkLock(holder),
    ...checkDatabase(config),
    checkPool(config),
    ...(await checkPorts(config, holder)),
  ];
}

function checkSettings(env: CommandContext['env']): Check {
  const unknown = unknownSettings(env);
  if (unknown.length === 0) return ok('settings', 'all can be read');
  return warn('settings', `without effect here: ${unknown.join(', ')}`, 'Look for a wrong name, or remove them.');
}

const STYLES = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

function report(checks: readonly Check[], output: Output): string {
  const rows = checks.flatMap(({ name, outcome, found, next }) => [
    [output.paint(STYLES[outcome], outcome), name, found],
    ...(next === undefined ? [] : [['', '', output.paint('dim', `-> ${next}`)]]),
  ]);
  return table(rows);
}
