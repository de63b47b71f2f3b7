import { expect, it } from 'vitest';
import { banner, type KeptWarm } from '../../../src/compose/banner.ts';

const ports = { url: 'http://127.0.0.1:4747', metricsUrl: 'http://127.0.0.1:9091/metrics' };
const bannerWith = (floors: readonly KeptWarm[]) =>
  banner(ports, { secret: null, path: 'data/admin.key' }, false, floors).join('\n');

it('says what is kept warm', () => {
  const floors = [
    { template: 'base', count: 4 },
    { template: 'python', count: 2 },
  ];
  expect(bannerWith(floors)).toMatch(/^ {2}Pool {5}base=4,python=2: /m);
});

it('says that nothing is kept warm, and how to change that', () => {
  expect(bannerWith([])).toMatch(/^ {2}Pool {5}off: .*SANDGLASS_POOL=base=4/m);
});
