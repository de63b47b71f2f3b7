import { BlockList, isIPv6, type Socket } from 'node:net';

/** Whether a connection comes from one of the subnets (CIDR, IPv4 or IPv6; IPv4 in IPv6 form counts as IPv4). */
export function blockedPeers(subnets: readonly string[]): (socket: Pick<Socket, 'remoteAddress'>) => boolean {
  const blocked = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix = ''] = subnet.split('/');
    blocked.addSubnet(network, Number(prefix), isIPv6(network) ? 'ipv6' : 'ipv4');
  }
  return ({ remoteAddress }) => {
    if (remoteAddress === undefined) return false;
    const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '');
    return blocked.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  };
}
