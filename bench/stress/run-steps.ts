import { errorMessage } from '../../src/domain/errors.ts';
import { isKept, type Judged } from '../measurement.ts';
import type { Step, StepFindings, StepResult, StepVerdict } from './step.ts';
import type { World } from './world.ts';

/** All of them in order, also after a red one. Throws only when somebody asked for the end. */
export async function runSteps(
  steps: readonly Step[],
  world: World,
  onResult: (result: StepResult) => void,
): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const [index, step] of steps.entries()) {
    world.setup.say(`step ${index + 1}, ${step.name}`);
    const beganMs = performance.now();
    const findings = await findingsOf(step, world);
    const seconds = (performance.now() - beganMs) / 1_000;
    const { name, about } = step;
    const verdict = verdictOf(findings, results);
    const result = { step: index + 1, name, about, verdict, seconds, ...findings };
    results.push(result);
    onResult(result);
  }
  return results;
}

/** A step that measured nothing is red. */
function verdictOf({ judged }: StepFindings, before: readonly StepResult[]): StepVerdict {
  if (judged.length === 0 || !judged.every(isKept)) return 'red';
  return before.every(({ verdict }) => verdict === 'green') ? 'green' : 'red before';
}

async function findingsOf(step: Step, world: World): Promise<StepFindings> {
  try {
    const { judged, errors } = await step.run(world);
    await world.sample(`after ${step.name}`);
    return { judged: world.setup.isQuick ? judged.map(withoutPace) : judged, errors: [...new Set(errors)] };
  } catch (error) {
    world.setup.ending.check();
    return { judged: [], errors: [errorMessage(error)] };
  }
}

/** A quick run holds what it counts against a bar, and no time or memory. */
function withoutPace(judged: Judged): Judged {
  return judged.unit === 'ms' || judged.unit === 'MiB' ? { ...judged, bar: null } : judged;
}
