import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type ConnectionOptions, createKey } from '../../sdk/index.ts';
import type { ProgramContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions, isThisMachine } from '../connection-flags.ts';
import { exitCodes } from '../exit-code.ts';
import { explainError } from '../explain-error.ts';
import { hasFailed, type Row } from '../matrix/cell.ts';
import { isClean, keyName, type Leftovers, leftoverWords, removeAll } from '../matrix/leftovers.ts';
import { markdown, page } from '../matrix/render.ts';
import { loadNow, type Report, reportOf } from '../matrix/report.ts';
import { type Run, templateNames } from '../matrix/run.ts';
import { runtimeRow } from '../matrix/runtime-row.ts';
import { putTemplate, reachableEngine, serviceFacts, templates } from '../matrix/service-calls.ts';
import { templateLike, type WarmPool, warmPool } from '../matrix/warm-pool.ts';
import { sortedJson } from '../sorted-json.ts';

export interface MatrixFlags extends ConnectionFlags {
  readonly runtime?: readonly string[];
  readonly format: 'markdown' | 'json';
  readonly save?: boolean;
  readonly startup: readonly number[];
  /** Seconds. */
  readonly timeout: number;
  readonly restartCommand?: readonly string[];
  readonly orphanCommand?: readonly string[];
}

const KEY_HOURS = 12;

/**
 * Does the same work in each runtime of the engine, and prints what was measured. Ends with 1 when a cell failed, when
 * something was left behind, or with Ctrl-C; what it made is removed in each case.
 */
export async function matrix(context: ProgramContext, flags: MatrixFlags): Promise<void> {
  const over = new AbortController();
  const end = () => over.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    const report = await measured(context, flags, over.signal);
    context.output.result(flags.format === 'json' ? sortedJson(report) : markdown(report));
    if (flags.save === true) save(report, context);
    if (hasFailed(report.rows) || !isClean(report.leftovers)) context.endWith(exitCodes.failed.code);
  } catch (error) {
    if (over.signal.aborted) context.output.progress('Ended by a signal: nothing is printed.');
    else explainError(error, context.output);
    context.endWith(exitCodes.failed.code);
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

async function measured({ env, output }: ProgramContext, flags: MatrixFlags, signal: AbortSignal): Promise<Report> {
  const options = connectionOptions(flags, env);
  const say = (text: string) => output.progress(text);
  const beganMs = Date.now();
  const load = isThisMachine(options.url ?? '') ? loadNow() : null;
  const id = randomBytes(4).toString('hex');
  let leftovers: Leftovers | undefined;
  let rows: readonly Row[];
  let run: Run;
  try {
    run = await prepared({ id, options, signal, say }, flags);
    rows = await rowsOf(run, flags.runtime ?? run.engine.runtimes);
  } finally {
    leftovers = await removeAll({ id, options, say }).catch((error: unknown) => {
      say(`What the run ${id} made may still be there: ${error instanceof Error ? error.message : error}`);
      return undefined;
    });
    if (leftovers !== undefined) say(`left behind: ${leftoverWords(leftovers)}`);
  }
  if (leftovers === undefined) throw new Error(`What the run ${id} left behind could not be looked at.`);
  return reportOf(run, { beganMs, load, nowMs: Date.now(), rows, leftovers });
}

type Bare = Pick<Run, 'id' | 'options' | 'signal' | 'say'>;

/** Makes what all of the run needs: its templates, and a key of another tenant. */
async function prepared(bare: Bare, flags: MatrixFlags): Promise<Run> {
  const options: ConnectionOptions = { ...bare.options, signal: bare.signal };
  const engine = await reachableEngine(options);
  if (engine === undefined) throw new Error('The engine does not answer: look at sandglass doctor.');
  const service = await serviceFacts(options);
  const known = await templates(options);
  const base = known.find(({ name }) => name === 'base');
  if (base === undefined) throw new Error('The service has no template base.');
  tellOthers(
    bare,
    known.map(({ name }) => name),
  );
  const names = templateNames(bare.id);
  const expiresAt = new Date(Date.now() + KEY_HOURS * 3_600_000).toISOString();
  const { key } = await createKey({ tenant: names.plain, name: keyName(bare.id), expiresAt }, options);
  await putTemplate(templateLike({ base }, names.plain), options);
  await putTemplate({ ...templateLike({ base }, names.heavy), resources: { cpus: 1, memoryMb: 512 } }, options);
  const { orphanCommand, restartCommand, startup, timeout } = flags;
  return {
    ...{ ...bare, engine, service, base, atOnce: startup, timeoutMs: timeout * 1000 },
    stranger: { ...bare.options, apiKey: key },
    ...(restartCommand === undefined ? {} : { restartCommand }),
    ...(orphanCommand === undefined ? {} : { orphanCommand }),
  };
}

/** A run that was killed cannot remove its templates, whose floor keeps containers warm. */
function tellOthers({ say }: Bare, names: readonly string[]): void {
  const others = names.filter((name) => /^matrix-[0-9a-f]{8}(-pool|-heavy)?$/.test(name));
  if (others.length === 0) return;
  say(`templates of another run: ${others.join(', ')}; DELETE /v1/admin/templates/NAME when it was killed`);
}

async function rowsOf(run: Run, runtimes: readonly string[]): Promise<readonly Row[]> {
  const pool = await warmPool(run);
  const rows: Row[] = [];
  await fillEarly(run, pool, runtimes);
  for (const runtime of runtimes) {
    const isPresent = run.engine.runtimes.includes(runtime);
    rows.push(isPresent ? await runtimeRow(run, pool, runtime) : { runtime, present: false });
  }
  return rows;
}

/** The pool fills while other areas are looked at. */
async function fillEarly(run: Run, pool: WarmPool, runtimes: readonly string[]): Promise<void> {
  const most = run.atOnce.at(-1) ?? 0;
  if (runtimes[0] === pool.runtime) await pool.keep(most);
}

function save(report: Report, { output }: ProgramContext): void {
  const name = `matrix-${report.captured_at.replace(/\.\d+Z$/, 'Z').replace(/[-:]/g, '')}`;
  writeFileSync(`${name}.json`, `${sortedJson(report)}\n`);
  writeFileSync(`${name}.md`, `${page(report)}\n`);
  output.progress(`wrote ${name}.json and ${name}.md`);
}
