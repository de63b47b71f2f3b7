// Runs in a container that has the network of the engine's host, for a service that has not: see guest-firewall.ts.
import { type FirewallPlan, insert, iptablesOfEngine, isSet, rulesOf } from '../firewall-rules.ts';

/** Exit codes: 0 = every rule is set, 1 = not every one, 2 = no iptables here knows the engine's chains. */
async function main([verb, planText = '']: readonly string[]): Promise<number> {
  const rules = rulesOf(JSON.parse(planText) as FirewallPlan); // written by the same build
  const program = await iptablesOfEngine();
  if (program === undefined) return 2;
  for (const rule of rules) {
    if (await isSet(rule, program)) continue;
    if (verb !== 'set') return 1;
    await insert(rule, program);
  }
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  },
);
