import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { extract, pack } from 'tar-stream';
import { quantile } from '../../src/observe/quantile.ts';
import { engine } from '../../test/support/engine.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import { inBlocks } from '../in-blocks.ts';
import type { Contender } from '../interleaved.ts';
import { atMost } from '../judge.ts';
import type { Measurement } from '../measurement.ts';
import { type BenchSandbox, benchSandbox } from '../service/bench-sandbox.ts';
import { benchService } from '../service/bench-service.ts';
import { type BytesAnswer, type BytesClient, bytesClient } from '../service/bytes-client.ts';

interface Variant {
  readonly row: string;
  readonly bytes: number;
  readonly barMs: number;
}

const VARIANTS: readonly Variant[] = [
  { row: 'file write and read, 1 KiB', bytes: 1024, barMs: 5 },
  { row: 'file write and read, 1 MiB', bytes: 1024 * 1024, barMs: 30 },
];

/** A file in and out again through the data plane, beside the two calls of `docker cp`. */
export const smallFiles: Bench = {
  rows: VARIANTS.map(({ row }) => row),
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const service = await benchService(cleanUp);
      const sandbox = await benchSandbox(service);
      const client = bytesClient(service.process().url, sandbox);
      cleanUp(() => client.close());
      const measurements: Measurement[] = [];
      for (const variant of VARIANTS) {
        setup.say(`${variant.row}: blocks of each in turns`);
        measurements.push(await measure(setup, variant, ourFile(client, variant), copiedFile(sandbox, variant)));
      }
      return measurements;
    }),
};

async function measure(
  setup: BenchSetup,
  { row, barMs }: Variant,
  ours: Contender,
  raw: Contender,
): Promise<Measurement> {
  const blocks = setup.isQuick ? { blocks: 1, perBlock: 3 } : { blocks: 10, perBlock: 20 };
  const taken = await inBlocks({ ours, raw }, blocks, setup.ending);
  return {
    row,
    timedFrom: 'before the write is asked for, over a keep-alive connection',
    timedTo: 'the whole answer of the read is there: both calls together',
    conditions: [
      'one sandbox of the base template, a file of other bytes each round',
      `${blocks.blocks} blocks of ${blocks.perBlock} of each, one after the other, in turns, after one of each to warm up`,
      'each checked: 200, and the bytes that were written came back',
    ],
    concurrency: 1,
    ours: { what: 'POST /files (octet-stream), GET /files', unit: 'ms', ...taken.ours },
    baseline: { what: 'docker cp in and out, by the engine API', unit: 'ms', ...taken.raw },
    stages: { ...taken.ours.stages, ...taken.raw.stages },
    judged: atMost('p50', 'ms', quantile(taken.ours.samples, 0.5), barMs),
    notes: [],
  };
}

function ourFile(client: BytesClient, { bytes }: Variant): Contender {
  const path = `/files?path=/tmp/ours-${bytes}&username=user`;
  let content = randomBytes(bytes);
  return {
    prepare: async () => {
      content = randomBytes(bytes);
    },
    async measure() {
      const written = await client.send('POST', path, content);
      expectOk(written, 'the write');
      const read = await client.send('GET', path);
      expectOk(read, 'the read');
      if (!read.body.equals(content)) throw new Error('other bytes came back');
      return { ms: written.ms + read.ms, stages: { 'ours: write': written.ms, 'ours: read': read.ms } };
    },
    undo: async () => {},
  };
}

function copiedFile({ containerId }: BenchSandbox, { bytes }: Variant): Contender {
  const container = engine.getContainer(containerId);
  const name = `copied-${bytes}`;
  let content = randomBytes(bytes);
  let archive = Buffer.alloc(0);
  return {
    async prepare() {
      content = randomBytes(bytes);
      const packed = pack();
      packed.entry({ name }, content);
      packed.finalize();
      archive = await buffer(packed);
    },
    async measure() {
      const beganMs = performance.now();
      await container.putArchive(archive, { path: '/tmp' });
      const writtenMs = performance.now();
      const answer = await buffer(await container.getArchive({ path: `/tmp/${name}` }));
      const readMs = performance.now();
      if (!(await fileIn(answer)).equals(content)) throw new Error('other bytes came back by docker cp');
      const stages = { 'docker cp: write': writtenMs - beganMs, 'docker cp: read': readMs - writtenMs };
      return { ms: readMs - beganMs, stages };
    },
    undo: async () => {},
  };
}

async function fileIn(archive: Buffer): Promise<Buffer> {
  const files = extract();
  files.end(archive);
  for await (const entry of files) return buffer(entry);
  throw new Error('the archive is empty');
}

function expectOk({ status, body }: BytesAnswer, what: string): void {
  if (status !== 200) throw new Error(`${what} answered ${status}: ${body.toString('utf8').slice(0, 300)}`);
}
