import { readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';

/**
 * Whether an engine that listens on this socket shares this process's network namespace: /proc/net/unix (proc(5)) lists
 * the sockets that were made in it, so a firewall rule set here is one for that engine's bridges.
 */
export async function isInOurNetwork(socketPath: string, listing?: string): Promise<boolean> {
  try {
    const sockets = socketPaths(listing ?? (await readFile('/proc/net/unix', 'utf8')));
    if (sockets.includes(socketPath)) return true;
    const real = await realpath(socketPath);
    const alike = sockets.filter((path) => basename(path) === basename(real));
    return (await Promise.all(alike.map((path) => realpath(path).catch(() => '')))).includes(real);
  } catch {
    return false;
  }
}

/**
 * Of listening sockets (flag __SO_ACCEPTCON) only: what an engine accepts from us is of our namespace too, and bears its
 * path.
 */
function socketPaths(listing: string): readonly string[] {
  return listing.split('\n').flatMap((line) => /^\S+ \S+ \S+ 00010000 .*?\s(\/.*)$/.exec(line)?.[1] ?? []);
}
