import fc from 'fast-check';
import { expect, it } from 'vitest';
import { phaseOf, summaryOf } from '../../../src/cli/profile/totals.ts';
import { pod } from './profiles.ts';

it('add up exactly what was measured, and count what was not', () => {
  const sizes = fc.array(fc.option(fc.nat({ max: 2 ** 40 })), { maxLength: 50 });
  fc.assert(
    fc.property(sizes, (bytes) => {
      const pods = bytes.map((one, index) => pod(`s${index}`, one));
      const measured = bytes.filter((one) => one !== null);
      const summary = summaryOf(pods, 3);
      const total = measured.reduce((all, one) => all + one, 0);
      expect(summary).toMatchObject({
        ...{ sandbox_count: bytes.length, pod_count: bytes.length, pods_with_process_sample_errors: 3 },
        ...{ parsed_memory_count: measured.length, unparsed_memory_count: bytes.length - measured.length },
        ...{ total_memory_bytes: total, total_cpu_millicores: 12 * measured.length },
      });
      expect(phaseOf('x', pods)).toMatchObject({ sandbox_count: measured.length, total_memory_bytes: total });
    }),
  );
});

it('have no average and no maximum of nothing', () => {
  expect(summaryOf([pod('a', null)], 0)).toMatchObject({ average_memory_mib: null, max_memory_mib: null });
  expect(summaryOf([], 0)).toMatchObject({ total_memory_bytes: 0, average_memory_mib: null, parsed_cpu_count: 0 });
});
