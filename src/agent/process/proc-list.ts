import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { AgentProcess } from '../../contract/agent.ts';
import type { Accounts } from '../accounts.ts';

/** What the kernel counts in on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;
const LONGEST_COMMAND = 4096;
const MOST = 1_000;

/** What runs in the sandbox, by resident memory, at most 1,000. `proc` is where procfs lies. */
export function processList(accounts: Accounts, proc = '/proc'): readonly AgentProcess[] {
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readProcess(accounts, `${proc}/${pid}`, Number(pid)))
    .sort((one, other) => other.rssBytes - one.rssBytes)
    .slice(0, MOST);
}

/** None when it ended meanwhile. */
function readProcess(accounts: Accounts, folder: string, pid: number): readonly AgentProcess[] {
  try {
    const stat = readFileSync(`${folder}/stat`, 'utf8');
    // proc(5): the name stands in parentheses and may hold some itself.
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const field = (number: number) => Number(fields[number - 3] ?? 0);
    const argv = readFileSync(`${folder}/cmdline`, 'utf8').replace(/\0+$/, '').replaceAll('\0', ' ');
    return [
      {
        ...{ pid, ppid: field(4), user: accounts.nameOfUid(statSync(folder).uid) },
        rssBytes: field(24) * PAGE_BYTES,
        cpuSeconds: (field(14) + field(15)) / TICKS_PER_SECOND,
        command: (argv === '' ? `[${name}]` : argv).slice(0, LONGEST_COMMAND),
      },
    ];
  } catch {
    return [];
  }
}
