import { SandboxError } from '../domain/errors.ts';

/** The addresses of a subnet that sandboxes may have: all but its first, its last, the gateway and those of guests. */
export interface AddressRing {
  readonly subnet: string;
  readonly count: number;
  /** Index 0 is the first usable address; undefined past the end. */
  at(index: number): string | undefined;
  includes(address: string): boolean;
  /** How many addresses at the end are kept for services that run in containers. */
  readonly guests: number;
  /** Index 0 is the last usable address of the subnet. */
  guestAt(index: number): string;
}

const MOST_GUESTS = 16;

interface Subnet {
  readonly first: number;
  readonly size: number;
}

/** Throws `invalid_request` when `cidr` is no IPv4 subnet of /8 to /29. */
export function addressRing(cidr: string, gateway?: string): AddressRing {
  const { first, size } = parseSubnet(cidr);
  const gatewayOffset = gateway === undefined ? 1 : (parseAddress(gateway) ?? first) - first;
  const isGatewayInside = gatewayOffset >= 1 && gatewayOffset <= size - 2;
  const guests = Math.min(MOST_GUESTS, Math.floor(size / MOST_GUESTS));
  const usable = size - 2 - (isGatewayInside ? 1 : 0);
  const count = usable - guests;
  const addressOf = (index: number) => {
    const offset = index + 1;
    return formatAddress(first + (isGatewayInside && offset >= gatewayOffset ? offset + 1 : offset));
  };
  return {
    subnet: cidr,
    count,
    includes(address) {
      const offset = (parseAddress(address) ?? 0) - first;
      return offset >= 1 && offset <= size - 2 && offset !== gatewayOffset;
    },
    at(index) {
      return Number.isInteger(index) && index >= 0 && index < count ? addressOf(index) : undefined;
    },
    guests,
    guestAt: (index) => addressOf(usable - 1 - index),
  };
}

/** The address that we give the host's end of a network: the first one behind the network's own. */
export function gatewayOf(cidr: string): string {
  return formatAddress(parseSubnet(cidr).first + 1);
}

function parseSubnet(cidr: string): Subnet {
  const [address = '', prefixText = ''] = cidr.split('/');
  const value = parseAddress(address);
  const prefix = /^\d{1,2}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  if (value === undefined || !(prefix >= 8 && prefix <= 29)) {
    throw new SandboxError('invalid_request', `"${cidr}" is not an IPv4 subnet that sandboxes can live in.`, {
      hint: 'Write it as an address and a prefix of 8 to 29 bits, such as 172.30.0.0/16.',
    });
  }
  const size = 2 ** (32 - prefix);
  return { first: value - (value % size), size };
}

function parseAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

function formatAddress(value: number): string {
  return [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(value / unit) % 256).join('.');
}
