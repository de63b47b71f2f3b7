import {
  type ConnectionOptions,
  engines,
  Sandbox,
  SandglassError,
  type TemplateView,
  templates,
} from '../../sdk/index.ts';
import type { ProgramContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { exitCodes } from '../exit-code.ts';
import { explainError } from '../explain-error.ts';
import { type BudgetResult, budgetsOf, budgetTable, judged } from '../profile/budget.ts';
import { buildCommit } from '../profile/build-commit.ts';
import { profileMarkdown } from '../profile/markdown.ts';
import { type Measured, measureSandboxes } from '../profile/measure-sandbox.ts';
import {
  type MemoryProfile,
  type Phase,
  type Pod,
  PROFILE_NOTES,
  type ProfileHost,
  type Startups,
} from '../profile/memory-profile.ts';
import { saveProfile } from '../profile/saved-profile.ts';
import { type StartedSandboxes, startAtOnce } from '../profile/started-sandboxes.ts';
import { phaseOf, summaryOf } from '../profile/totals.ts';
import { sortedJson } from '../sorted-json.ts';
import type { WorkloadName } from '../workloads/workload-names.ts';

export interface ProfileFlags extends ConnectionFlags {
  readonly namespace?: string;
  readonly selector?: Readonly<Record<string, string>>;
  readonly template?: string;
  readonly sample: string;
  readonly format: 'markdown' | 'json';
  readonly includeProcesses?: boolean;
  readonly processLimit: number;
  readonly timeout: number;
  readonly workload?: WorkloadName;
  readonly concurrency?: readonly number[];
  readonly save?: boolean;
  readonly check?: boolean;
}

interface Run {
  readonly flags: ProfileFlags;
  readonly options: ConnectionOptions;
  /** Aborted by Ctrl-C. */
  readonly over: AbortSignal;
}

/** What was sampled, and how it came to be. */
interface Samples extends Measured {
  readonly phases: readonly Phase[];
  readonly startups: readonly Startups[];
}

/**
 * Samples the memory of sandboxes that run, or of sandboxes that it starts for this, puts to work and deletes. A sandbox
 * that fails is an entry; the program ends with 1 where the service or its engine did.
 */
export async function profile(context: ProgramContext, flags: ProfileFlags): Promise<void> {
  const ending = new AbortController();
  const end = () => ending.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  const run: Run = { flags, options: connectionOptions(flags, context.env), over: ending.signal };
  try {
    const isKept = flags.check === true ? await checkBudgets(context, run) : await sampleOnce(context, run);
    if (!isKept || ending.signal.aborted) context.endWith(exitCodes.failed.code);
  } catch (error) {
    const code = explainError(error, context.output);
    context.endWith(code === exitCodes.usage.code ? code : exitCodes.failed.code);
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

async function sampleOnce({ output }: ProgramContext, run: Run): Promise<boolean> {
  const { flags, options } = run;
  const isStarting = flags.workload !== undefined || flags.concurrency !== undefined;
  const host = await hostOf(options);
  const samples = isStarting ? await sampleStarted(run) : await sampleRunning(run);
  const told = profileOf(flags, { host, samples, workload: isStarting ? (flags.workload ?? 'empty') : null });
  output.result(flags.format === 'json' ? sortedJson(told) : profileMarkdown(told));
  if (flags.save === true) output.progress(`wrote ${saveProfile(told).join(', ')}`);
  return true;
}

/** What has processes, and so memory. */
const LIVE = ['running', 'pausing', 'paused', 'resuming'] as const;
const PAGE = 1_000;

async function sampleRunning({ flags, options }: Run): Promise<Samples> {
  const { namespace: tenant, selector: labels, template } = flags;
  const filter = {
    ...{ state: LIVE, pageSize: PAGE },
    ...(tenant === undefined ? {} : { tenant }),
    ...(labels === undefined ? {} : { labels }),
    ...(template === undefined ? {} : { template }),
  };
  const sandboxes: Sandbox[] = [];
  for await (const sandbox of Sandbox.list(filter, options)) sandboxes.push(sandbox);
  const measured = await measureSandboxes(sandboxes, measuringOf(flags));
  return { ...measured, phases: [phaseOf(flags.sample, measured.pods)], startups: [] };
}

/** Level after level, each with sandboxes of its own; the last one's are told one by one. */
async function sampleStarted({ flags, options, over }: Run): Promise<Samples> {
  const { template, workload = 'empty', concurrency = [1] } = flags;
  const phases: Phase[] = [];
  const startups: Startups[] = [];
  let last: Measured = { pods: [], processErrors: [], windowMs: 0 };
  for (const count of concurrency) {
    const started = await startAtOnce(count, { template, workload, over }, options);
    startups.push(started.startups);
    try {
      const idle = await measureSandboxes(started.sandboxes, { ...measuringOf(flags), processLimit: null });
      phases.push(phaseOf(`${count} started`, idle.pods));
      last = await worked(started, flags);
      if (workload !== 'empty') phases.push(phaseOf(`${count} ${workload}`, last.pods));
    } finally {
      await started.remove();
    }
  }
  return { ...last, phases, startups };
}

async function worked(started: StartedSandboxes, flags: ProfileFlags): Promise<Measured> {
  const broken = await started.work();
  const whole = started.sandboxes.filter(({ id }) => !broken.some(({ name }) => name === id));
  const measured = await measureSandboxes(whole, measuringOf(flags));
  return { ...measured, pods: [...measured.pods, ...broken, ...started.failed] };
}

/** An idle sandbox of each template that declares a budget. False when one is exceeded, or could not be measured. */
async function checkBudgets({ output }: ProgramContext, run: Run): Promise<boolean> {
  const { flags, options, over } = run;
  const known: readonly TemplateView[] = await templates(options);
  const results: BudgetResult[] = [];
  const pods: Pod[] = [];
  for (const budget of budgetsOf(known, flags.template)) {
    const started = await startAtOnce(1, { template: budget.template, workload: 'empty', over }, options);
    try {
      const measured = await worked(started, flags);
      pods.push(...measured.pods);
      results.push(judged(budget, measured.pods));
    } finally {
      await started.remove();
    }
  }
  output.result(flags.format === 'json' ? sortedJson({ budgets: results, pods }) : budgetTable(results));
  for (const { name, error } of pods) if (error !== undefined) output.progress(`${name}: ${error}`);
  return results.every(({ isKept }) => isKept);
}

function measuringOf({ timeout, includeProcesses, processLimit }: ProfileFlags) {
  return { timeoutMs: timeout * 1000, processLimit: includeProcesses === true ? processLimit : null };
}

interface Told {
  readonly host: ProfileHost;
  readonly samples: Samples;
  readonly workload: WorkloadName | null;
}

function profileOf(flags: ProfileFlags, { host, samples, workload }: Told): MemoryProfile {
  const { pods, processErrors, windowMs, phases, startups } = samples;
  const pairs = Object.entries(flags.selector ?? {}).map(([name, value]) => `${name}=${value}`);
  return {
    ...{ schema_version: 1, captured_at: new Date().toISOString(), namespace: flags.namespace ?? null },
    ...{ selector: pairs.length === 0 ? null : pairs.join(','), sample: flags.sample, workload, window_ms: windowMs },
    ...{ summary: summaryOf(pods, processErrors.length), pods, process_errors: processErrors, phases, startups, host },
    ...{ commit: buildCommit(), notes: PROFILE_NOTES },
  };
}

/** Throws `engine_unavailable` where no engine can be reached. */
async function hostOf(options: ConnectionOptions): Promise<ProfileHost> {
  const found = (await engines(options)).find((engine) => engine.reachable);
  if (found === undefined || !found.reachable) {
    throw new SandglassError('engine_unavailable', 'The engine of the service cannot be reached now.', {
      hint: '`sandglass doctor` on its machine says why.',
    });
  }
  return {
    ...{ cores: found.cpus, memory_bytes: found.memoryBytes, kernel: found.kernel },
    ...{ engine: `${found.name} ${found.version}`, storage_driver: found.storageDriver },
    cgroup: `v${found.cgroupVersion}`,
  };
}
