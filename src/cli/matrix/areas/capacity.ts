import { capacity, type Sandbox } from '../../../sdk/index.ts';
import { inTurns } from '../../in-turns.ts';
import type { Check } from '../cell.ts';
import { check } from '../check.ts';
import { memoryUse, memoryWords } from '../memory-use.ts';
import { limited, type Run, waitFor } from '../run.ts';

const LOOKS_AT_ONCE = 8;

/** What so many idle sandboxes use: working sets, as the service measures them. */
export function capacityCheck(run: Run, sandboxes: readonly Sandbox[]): Promise<Check> {
  return check('idle', run.signal, async () => {
    const samples: Sample[] = [];
    await inTurns(sandboxes, LOOKS_AT_ONCE, async (sandbox) => void samples.push(await sampleOf(run, sandbox)));
    const use = memoryUse(samples.map(({ memory }) => memory?.workingSetBytes ?? null));
    const isOk = use.count > 0 && use.measured === use.count;
    const room = await capacity({ ...run.options, signal: limited(run) });
    return { isOk, value: memoryWords(use), evidence: { ...use, samples, capacity: room } };
  });
}

type Sample = Awaited<ReturnType<typeof sampleOf>>;

async function sampleOf(run: Run, sandbox: Sandbox) {
  const point = await waitFor(run, `memory of ${sandbox.id}`, async () => {
    const { latest } = await sandbox.metrics({ signal: limited(run) });
    return latest ?? undefined;
  });
  return { id: sandbox.id, at: point.at, memory: point.memory, pids: point.pids };
}
