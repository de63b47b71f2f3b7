import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A service that runs in a container of its own, which is plugged into a sandbox network. */
export interface Guest {
  readonly bridge: string;
  readonly address: string;
}

/** What the firewall of the engine's host has to know. */
export interface FirewallPlan {
  /** Interfaces of the sandbox networks. */
  readonly bridges: readonly string[];
  /** Whose connections to sandboxes pass, though the engine keeps the containers of these networks apart. */
  readonly guests: readonly Guest[];
}

export interface Rule {
  readonly table: 'filter' | 'mangle';
  readonly words: readonly string[];
}

/** The chain that Docker leaves to others, and asks before its own. */
const DOCKER_USER = 'DOCKER-USER';
const DEADLINE_MS = 10_000;
const run = promisify(execFile);

/** Link-local is dropped before it is routed: rules of FORWARD may come after those that the engine puts first. */
export function isolationRules(bridge: string): readonly Rule[] {
  const from = ['-i', bridge];
  return [
    { table: 'filter', words: ['INPUT', ...from, '-m', 'conntrack', '--ctstate', 'NEW', '-j', 'DROP'] },
    { table: 'mangle', words: ['PREROUTING', ...from, '-d', '169.254.0.0/16', '-j', 'DROP'] },
  ];
}

/** From the guest all, to the guest only what answers it. */
export function guestRules({ bridge, address }: Guest): readonly Rule[] {
  const within = [DOCKER_USER, '-i', bridge, '-o', bridge];
  const answers = ['-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED'];
  return [
    { table: 'filter', words: [...within, '-s', address, '-j', 'ACCEPT'] },
    { table: 'filter', words: [...within, '-d', address, ...answers, '-j', 'ACCEPT'] },
  ];
}

export function rulesOf({ bridges, guests }: FirewallPlan): readonly Rule[] {
  return [...bridges.flatMap(isolationRules), ...guests.flatMap(guestRules)];
}

export function isSet(rule: Rule, program = 'iptables'): Promise<boolean> {
  return iptables(program, rule, '-C').then(
    () => true,
    () => false,
  );
}

export async function insert(rule: Rule, program = 'iptables'): Promise<void> {
  await iptables(program, rule, '-I');
}

/** Of the two kinds of iptables the one whose rules the engine keeps; undefined where neither has any of the engine's. */
export async function iptablesOfEngine(): Promise<string | undefined> {
  for (const program of ['iptables', 'iptables-legacy', 'iptables-nft']) {
    const listing = run(program, ['-w', '5', '-n', '-L', DOCKER_USER], { timeout: DEADLINE_MS });
    if (
      await listing.then(
        () => true,
        () => false,
      )
    )
      return program;
  }
  return undefined;
}

async function iptables(program: string, { table, words }: Rule, verb: '-C' | '-I'): Promise<void> {
  await run(program, ['-w', '5', '-t', table, verb, ...words], { timeout: DEADLINE_MS });
}
