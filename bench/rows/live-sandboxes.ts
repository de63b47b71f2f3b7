import { errorMessage } from '../../src/domain/errors.ts';
import { quantile } from '../../src/observe/quantile.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { reported } from '../judge.ts';
import type { Judged, Measurement } from '../measurement.ts';
import { type BenchService, benchService } from '../service/bench-service.ts';
import { freeMemoryMib } from '../service/free-memory.ts';
import { expectStatus } from '../service/http-client.ts';
import { expectManyRunning } from '../service/many-sandboxes.ts';
import { rssMib } from '../service/rss.ts';
import { expectRunningSandbox, stagesOf } from '../service/sandbox-view.ts';
import { chargesOf } from '../service/warm-pool.ts';

const ROW = 'largest number of live idle sandboxes';
const BODY = JSON.stringify({ template: 'base', lifetime: { timeoutSeconds: null } });
/** 500 of the default size are more than the default lets the memory of 24 GiB be reserved. */
const ROOM = { SANDGLASS_MEMORY_OVERCOMMIT: '16' };
/** The bench ends before the machine does: what runs beside it must live. */
const LEAST_FREE_MIB = 2_048;
const MOST_FAILURES = 3;

interface Taken {
  readonly samples: number[];
  readonly stages: Record<string, number[]>;
  readonly errors: string[];
  /** Why it ended before the last one; undefined when it did not. */
  refusal: string | undefined;
}

/** Sandboxes that all go on living, one after the other, until there are 500 or the machine takes no more. */
export const liveSandboxes: Bench = {
  rows: [ROW],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const most = setup.isQuick ? 4 : 500;
      const step = setup.isQuick ? 2 : 100;
      const service = await benchService(cleanUp, ROOM);
      const taken = await createMany(setup, service, { most, step });
      const alive = taken.samples.length;
      await expectManyRunning(service, alive);
      return [
        measurement(taken, { most, step, charges: await chargesOf(service), rss: rssMib(service.process().pid) }),
      ];
    }),
};

async function createMany(
  setup: BenchSetup,
  service: BenchService,
  { most, step }: { readonly most: number; readonly step: number },
): Promise<Taken> {
  const taken: Taken = { samples: [], stages: {}, errors: [], refusal: undefined };
  while (taken.samples.length < most && taken.refusal === undefined) {
    setup.ending.check();
    if (taken.samples.length % step === 0) setup.say(`${ROW}: ${taken.samples.length} of ${most}`);
    if (freeMemoryMib() < LEAST_FREE_MIB) {
      taken.refusal = `less than ${LEAST_FREE_MIB} MiB of memory were free`;
      break;
    }
    try {
      const answer = await service.client().send('POST', '/v1/sandboxes', BODY);
      expectStatus(answer, 201, 'the create');
      const view = await expectRunningSandbox(service.serviceId, answer);
      taken.samples.push(answer.ms);
      for (const [stage, ms] of Object.entries(stagesOf(answer, view))) {
        taken.stages[stage] = [...(taken.stages[stage] ?? []), ms];
      }
    } catch (error) {
      taken.errors.push(errorMessage(error));
      if (taken.errors.length >= MOST_FAILURES) taken.refusal = errorMessage(error);
    }
  }
  return taken;
}

interface Told {
  readonly most: number;
  readonly step: number;
  readonly charges: readonly number[];
  readonly rss: number;
}

function measurement(taken: Taken, { most, step, charges, rss }: Told): Measurement {
  const { samples, stages, errors, refusal } = taken;
  const hundreds: Judged[] = [];
  for (let from = 0; from < samples.length; from += step) {
    const part = samples.slice(from, from + step);
    hundreds.push(reported(`p99 of creates ${from + 1} to ${from + part.length}`, 'ms', quantile(part, 0.99)));
  }
  return {
    row: ROW,
    timedFrom: 'before the request is made, over a keep-alive connection; all before it go on running',
    timedTo: 'the whole answer is read',
    conditions: [
      `up to ${most}, one after the other, base template, without a timeout, pool off, memory reserved 16 times over; ends where the service refuses ${MOST_FAILURES} times or ${LEAST_FREE_MIB} MiB of memory are left`,
      'each checked: 201 and running, the engine runs its container; at the end all of them run',
    ],
    concurrency: 1,
    ours: { what: 'POST /v1/sandboxes', unit: 'ms', samples, errors },
    baseline: null,
    stages,
    judged: reported('live at the same time', 'sandboxes', samples.length),
    alsoJudged: [
      ...hundreds,
      reported('memory charged to one, median', 'MiB', quantile(charges, 0.5)),
      reported('RSS of the service at the end', 'MiB', rss),
    ],
    notes: [refusal === undefined ? `${most} were all that was asked for` : `ended early: ${refusal}`],
  };
}
