import { readdirSync, readFileSync } from 'node:fs';
import type { Inside } from './inside.ts';

export interface ProcessSize {
  readonly rssMib: number;
  readonly files: number;
}

/** Of a process of this host. */
export function sizeOfProcess(pid: number): ProcessSize {
  const kib = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  return { rssMib: kib / 1024, files: readdirSync(`/proc/${pid}/fd`).length };
}

/** Of a sandbox's agent, and how many dead processes wait for a parent; asked through the agent itself. */
export async function sizeOfAgent(inside: Pick<Inside, 'ask'>): Promise<ProcessSize & { readonly zombies: number }> {
  const text = await inside.ask(`for p in /proc/[0-9]*; do case $(readlink $p/exe) in
    /opt/sandglass/*) grep VmRSS $p/status; ls $p/fd | wc -l ;; esac; done; cat /proc/[0-9]*/stat | grep -c ') Z ' || true`);
  const [rss = '', files, zombies] = text.split('\n');
  return { rssMib: Number(/\d+/.exec(rss)?.[0]) / 1024, files: Number(files), zombies: Number(zombies) };
}

/** Established TCP connections of this host, of those with that port on its own side or on the other. */
export function connectionsAt(port: number, side: 'local' | 'remote', address?: string): number {
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const host = address
    ?.split('.')
    .reverse()
    .map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'));
  return lines.filter((line) => {
    const [, local = '', remote = '', state] = line.trim().split(/\s+/);
    const end = side === 'local' ? local : remote;
    return state === ESTABLISHED && end.endsWith(wanted) && (host === undefined || end.startsWith(host.join('')));
  }).length;
}

const ESTABLISHED = '01';
