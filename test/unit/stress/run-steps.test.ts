import { expect, it } from 'vitest';
import { atMost } from '../../../bench/judge.ts';
import { runSteps } from '../../../bench/stress/run-steps.ts';
import { FULL } from '../../../bench/stress/sizes.ts';
import type { Step } from '../../../bench/stress/step.ts';
import type { World } from '../../../bench/stress/world.ts';

const asked = new AbortController();
/** Steps of a test ask nothing of it. */
function world(isQuick = false): World {
  const ending = {
    check: () => asked.signal.throwIfAborted(),
    signal: asked.signal,
    around: () => Promise.reject(new Error('not asked for')),
  };
  const sample = { label: 'x', serviceMib: 1, containersMib: 1, containers: 1 };
  return {
    setup: { isQuick, ending, say: () => {} },
    sizes: FULL,
    service: undefined as never,
    ...{ floor: 1, samples: [], baseline: { bootMs: 1, idleRssMib: 1, activeSandboxMib: 1 } },
    rest: async () => {},
    sample: async () => sample,
  };
}

const step = (name: string, run: Step['run']): Step => ({ name, about: name, run });
const good = step('good', async () => ({ judged: [atMost('n', 'count', 1, 1)], errors: [] }));
const bad = step('bad', async () => ({ judged: [atMost('n', 'count', 2, 1)], errors: ['twice', 'twice'] }));
const slow = step('slow', async () => ({ judged: [atMost('p50', 'ms', 9, 5)], errors: [] }));
const broken = step('broken', () => Promise.reject(new Error('the service ended')));
const empty = step('empty', async () => ({ judged: [], errors: [] }));
const verdicts = async (steps: readonly Step[], isQuick = false) =>
  (await runSteps(steps, world(isQuick), () => {})).map(({ verdict }) => verdict);

it('runs all in order and tells each as it ends', async () => {
  const told: string[] = [];
  const results = await runSteps([good, good], world(), ({ step, name }) => told.push(`${step} ${name}`));
  expect(results.map(({ verdict }) => verdict)).toEqual(['green', 'green']);
  expect(told).toEqual(['1 good', '2 good']);
});

it('lets no step be green after a red one, and runs on', async () => {
  expect(await verdicts([good, bad, good])).toEqual(['green', 'red', 'red before']);
});

it('takes a step that failed or measured nothing for red, and says why', async () => {
  expect(await verdicts([empty])).toEqual(['red']);
  const [result] = await runSteps([broken], world(), () => {});
  expect(result).toMatchObject({ verdict: 'red', judged: [], errors: ['the service ended'] });
});

it('tells the same error once', async () => {
  const [result] = await runSteps([bad], world(), () => {});
  expect(result?.errors).toEqual(['twice']);
});

it('judges no times in a quick run, but what it counts', async () => {
  expect(await verdicts([slow])).toEqual(['red']);
  expect(await verdicts([slow], true)).toEqual(['green']);
  expect(await verdicts([bad], true)).toEqual(['red']);
});

it('ends when somebody asks for the end', async () => {
  const leaving = step('leaving', async () => {
    asked.abort(new Error('ended by SIGINT'));
    throw new Error('cut');
  });
  await expect(verdicts([leaving, good])).rejects.toThrow('ended by SIGINT');
});
