import type { BenchService } from './bench-service.ts';
import { expectStatus, httpClient } from './http-client.ts';

export interface MetricLine {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Every value of one metric, as the service tells it on its admin listener. */
export type Metrics = (name: string) => readonly MetricLine[];

export async function readMetrics(service: BenchService): Promise<Metrics> {
  const client = httpClient(service.process().adminUrl);
  try {
    const answer = await client.send('GET', '/metrics');
    expectStatus(answer, 200, '/metrics');
    const lines = String(answer.body).split('\n');
    return (name) => lines.flatMap((line) => lineOf(line, name));
  } finally {
    client.close();
  }
}

/** The sum over the lines that have these labels; 0 when there is none. */
export function sumOf(metrics: Metrics, name: string, labels: Readonly<Record<string, string>> = {}): number {
  return metrics(name)
    .filter((line) => Object.entries(labels).every(([label, value]) => line.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

function lineOf(line: string, name: string): readonly MetricLine[] {
  const match = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (match === null || match[1] !== name) return [];
  const pairs = [...(match[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)];
  return [{ labels: Object.fromEntries(pairs.map(([, label, value]) => [label, value])), value: Number(match[3]) }];
}
