import { fixedTemplates } from '../../compose/fixed-templates.ts';
import type { Config } from '../../config.ts';
import { type Check, fail, ok, warn } from './doctor-check.ts';

const HINT = 'SANDGLASS_POOL=base=4 keeps 4 containers of base ready, as `npm start` does where it is not set.';

/** What is kept warm by these settings; templates of the API have floors of their own. */
export function checkPool(config: Config): Check {
  let fixed: ReturnType<typeof fixedTemplates>;
  try {
    fixed = fixedTemplates(config);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return fail('pool', words, 'Correct that file: the service does not start with it.');
  }
  const templates = new Map(fixed.map(({ name, floor }) => [name, floor]));
  const floors = new Map([...templates, ...config.SANDGLASS_POOL]);
  const kept = [...floors].filter(([, count]) => count > 0).map(([name, count]) => `${name}=${count}`);
  const unknown = [...config.SANDGLASS_POOL.keys()].filter((name) => !templates.has(name));
  if (kept.length === 0) return ok('pool', `off by these settings: every start makes its container. ${HINT}`);
  if (unknown.length === 0) return ok('pool', `kept ready: ${kept.join(', ')}`);
  return warn(
    'pool',
    `kept ready: ${kept.join(', ')}; no template of the configuration is called ${unknown.join(', ')}`,
    'Correct SANDGLASS_POOL, or register the template over the API.',
  );
}
