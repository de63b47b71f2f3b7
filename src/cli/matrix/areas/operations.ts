import type { Sandbox } from '../../../sdk/index.ts';
import { engineChecks } from '../../commands/doctor-engine-checks.ts';
import type { Cell, Check } from '../cell.ts';
import { check, unmeasured } from '../check.ts';
import { exec, type Run } from '../run.ts';

/** What the doctor finds of the engine, by the facts that the service tells of it. */
export function operationChecks({ engine, service }: Pick<Run, 'engine' | 'service'>): readonly Check[] {
  const found = engineChecks(service.engine).map(({ name, outcome, found: value, next }): Check => {
    const evidence = { outcome, next: next ?? null, engine: name === 'engine' ? engine : undefined };
    return { name, outcome: outcome === 'fail' ? 'failed' : 'ok', value, evidence };
  });
  const networks = engine.networks.map(({ name, subnet }) => `${name} ${subnet}`);
  return [
    ...found,
    {
      ...{ name: 'networks', outcome: networks.length > 0 ? 'ok' : 'failed' },
      ...{ value: networks.join(', ') || 'none', evidence: engine.networks },
    },
  ];
}

/** What a program inside may do beyond its user. */
export function privilegeCheck(run: Run, sandbox: Sandbox): Promise<Check> {
  return check('privileges', run.signal, async () => {
    const result = await exec(run, sandbox, ['sh', '-c', 'id -u; grep -E "^(Cap|NoNewPrivs)" /proc/self/status']);
    const [uid = '', ...lines] = result.stdout.trim().split('\n');
    const facts = Object.fromEntries(lines.map((line) => line.split(/:\s*/)));
    const isNone = /^[1-9]\d*$/.test(uid) && /^0+$/.test(facts.CapEff ?? '') && facts.NoNewPrivs === '1';
    const value = isNone
      ? `none (uid ${uid}, no capability in effect, none to be gained)`
      : `uid ${uid}, CapEff ${facts.CapEff}, NoNewPrivs ${facts.NoNewPrivs}`;
    return { isOk: isNone, value, evidence: { uid, ...facts } };
  });
}

/** A release is taken up by a restart of the service: what the restart of the cleanup showed. */
export function upgradeCheck({ service }: Pick<Run, 'service'>, cleanup: Cell): Check {
  const restart = cleanup.checks.find(({ name }) => name === 'service restart');
  if (restart === undefined || restart.outcome === 'unmeasured') {
    return unmeasured('upgrade path', `release ${service.version}; give --restart-command`);
  }
  const value = `release ${service.version}, a restart: ${restart.value}`;
  return { name: 'upgrade path', outcome: restart.outcome, value, evidence: restart.evidence };
}
