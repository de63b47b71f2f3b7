import { readFile } from 'node:fs/promises';

const CAP_NET_ADMIN = 12n;

/**
 * Whether this process may change firewall rules: CapEff of /proc/self/status (capabilities(7)) holds CAP_NET_ADMIN, which
 * root has, and any other user that was given it. False where there is no /proc.
 */
export async function hasNetworkRights(status?: string): Promise<boolean> {
  const text = status ?? (await readFile('/proc/self/status', 'utf8').catch(() => ''));
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(text)?.[1];
  return effective !== undefined && (BigInt(`0x${effective}`) & (1n << CAP_NET_ADMIN)) !== 0n;
}
