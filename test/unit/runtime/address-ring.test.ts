import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addressRing, gatewayOf } from '../../../src/runtime/address-ring.ts';

it('leaves out the first address, the gateway and the last address of a subnet', () => {
  const ring = addressRing('10.0.0.0/29', '10.0.0.1');
  expect(ring.count).toBe(5);
  expect(Array.from({ length: 7 }, (_, index) => ring.at(index))).toEqual([
    '10.0.0.2',
    '10.0.0.3',
    '10.0.0.4',
    '10.0.0.5',
    '10.0.0.6',
    undefined,
    undefined,
  ]);
});

it('skips a gateway in the middle, and loses none to one outside', () => {
  expect(addressRing('10.0.0.0/29', '10.0.0.3').at(1)).toBe('10.0.0.2');
  expect(addressRing('10.0.0.0/29', '10.0.0.3').at(2)).toBe('10.0.0.4');
  expect(addressRing('10.0.0.0/29', '10.9.9.9').count).toBe(6);
});

it('takes the first address for the gateway where the engine names none', () => {
  expect(addressRing('172.30.0.0/16').at(0)).toBe('172.30.0.2');
  expect(gatewayOf('172.30.0.0/16')).toBe('172.30.0.1');
});

it('begins at the subnet, not at the address that was written', () => {
  expect(addressRing('172.30.5.9/16', '172.30.0.1').at(0)).toBe('172.30.0.2');
  expect(addressRing('255.255.255.0/24', '255.255.255.1').at(236)).toBe('255.255.255.238');
});

it.each([
  '',
  '10.0.0.0',
  '10.0.0.0/',
  '10.0.0.0/7',
  '10.0.0.0/30',
  '10.0.0/16',
  '10.0.0.256/16',
  'fd00::/64',
  '10.0.0.0/x',
])('refuses "%s"', (cidr) => {
  expect(() => addressRing(cidr)).toThrow(/not an IPv4 subnet/);
});

it('gives each index another address that lies inside', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 29 }), fc.nat(), (prefix, seed) => {
      const gateway = addressRing(`10.1.0.0/${prefix}`, '10.200.0.1').at(seed % 5);
      const ring = addressRing(`10.1.0.0/${prefix}`, gateway);
      const all = Array.from({ length: ring.count }, (_, index) => ring.at(index) ?? 'none');
      expect(new Set(all).size).toBe(ring.count);
      expect(ring.count).toBe(2 ** (32 - prefix) - 3 - ring.guests);
      expect(all.every((address) => ring.includes(address))).toBe(true);
      expect(all).not.toContain(gateway);
    }),
    { numRuns: 50 },
  );
});

it('keeps one address of 16 at the end for services, at most 16 and none of a few', () => {
  const large = addressRing('10.213.0.0/16', '10.213.0.1');
  expect([large.guests, large.guestAt(0), large.guestAt(15)]).toEqual([16, '10.213.255.254', '10.213.255.239']);
  expect([large.at(large.count - 1), large.at(large.count)]).toEqual(['10.213.255.238', undefined]);
  expect(addressRing('10.0.0.0/28', '10.0.0.1')).toMatchObject({ guests: 1, count: 12 });
  expect(addressRing('10.0.0.0/29', '10.0.0.1').guests).toBe(0);
});
