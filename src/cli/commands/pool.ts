import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { type PoolSignatureView, pool, poolSignature, SandglassError } from '../../sdk/index.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { milliseconds } from '../milliseconds.ts';
import type { Output } from '../output.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';

export interface PoolFlags extends ConnectionFlags {
  readonly json?: boolean;
}

export async function showPool({ env, output }: CommandContext, flags: PoolFlags): Promise<void> {
  const view = await pool(connectionOptions(flags, env));
  if (flags.json) return output.result(JSON.stringify(view, null, 2));
  if (!view.on) output.progress('The pool is off: SANDGLASS_POOL=base=4 keeps 4 containers of base ready.');
  if (view.items.length > 0) output.result(listing(view.items, output));
}

/** Prints the signature alone, so that it can be piped; `-` is standard input. */
export async function showSignature({ env, output }: CommandContext, file: string, flags: PoolFlags): Promise<void> {
  const named = await poolSignature(await readStart(file), connectionOptions(flags, env));
  output.result(flags.json ? JSON.stringify(named, null, 2) : printable(named.signature));
}

function listing(items: readonly PoolSignatureView[], output: Output): string {
  const head = ['SIGNATURE', 'TIER', 'TEMPLATE', 'READY', 'STARTING', 'HITS', 'MISSES', 'DISCARDS', 'HIT RATE'];
  const more = ['P50', 'P99', 'OLDEST', 'IMAGE'];
  const rows = items.map((one) => [
    ...[one.signature, one.tier, one.template ?? '-'].map(printable),
    `${one.ready}/${one.target}`,
    ...[one.inStart, one.hits, one.misses, one.discards].map(String),
    one.hitRate === null ? '-' : `${(one.hitRate * 100).toFixed(1)} %`,
    ...(one.claimMs === null ? ['-', '-'] : [one.claimMs.p50, one.claimMs.p99].map((ms) => `${milliseconds(ms)} ms`)),
    one.oldestReadySeconds === null ? '-' : `${Math.round(one.oldestReadySeconds)} s`,
    printable(one.image),
  ]);
  return table([[...head, ...more].map((word) => output.paint('bold', word)), ...rows]);
}

async function readStart(file: string): Promise<object> {
  try {
    const body: unknown = JSON.parse(await (file === '-' ? text(process.stdin) : readFile(file, 'utf8')));
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
    throw new Error('it is no JSON object');
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new SandglassError('invalid_request', `${file} holds no start: ${words}.`, {
      hint: 'It is the body of POST /v1/sandboxes, such as { "template": "base" }.',
      cause,
    });
  }
}
