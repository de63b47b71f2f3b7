import { expect, it } from 'vitest';
import { hasNetworkRights } from '../../../src/runtime/docker/network-rights.ts';

const statusOf = (effective: string) => `Name:\tnode\nCapPrm:\t000001ffffffffff\nCapEff:\t${effective}\nCapBnd:\t0\n`;

it.each([
  ['all of them, as root has', '000001ffffffffff', true],
  ['this one alone', '0000000000001000', true],
  ['none, as other users have', '0000000000000000', false],
  ['all but this one, as root has in a container', '00000000a80425fb', false],
])(
  'reads from the capabilities of this process whether it may change rules: %s',
  async (_what, effective, expected) => {
    expect(await hasNetworkRights(statusOf(effective))).toBe(expected);
  },
);

it('says no where the system does not tell', async () => {
  expect(await hasNetworkRights('')).toBe(false);
});
