import { SandboxError } from './errors.ts';
import type { Lifetime, Resources } from './sandbox.ts';

/** The most a caller may ask of one sandbox. */
export interface Limits {
  readonly cpus: number;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly envBytes: number;
  readonly labels: number;
}

/** What one key may hold at once; null = no bound. */
export interface Quota {
  readonly sandboxes: number | null;
  readonly cpus: number | null;
  readonly memoryMb: number | null;
}

/** What a tenant holds at once. */
export interface Usage {
  readonly sandboxes: number;
  readonly cpus: number;
  readonly memoryMb: number;
}

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export function invalidRequest(errors: readonly FieldError[]): SandboxError {
  const first = errors[0];
  const detail = first === undefined ? 'The request is not valid.' : `${first.path}: ${first.message}`;
  return new SandboxError('invalid_request', errors.length > 1 ? `${detail} (and ${errors.length - 1} more)` : detail, {
    hint: 'Correct the fields listed in errors and send it again.',
    details: { errors },
  });
}

interface Checked {
  readonly resources: Partial<Resources>;
  readonly lifetime: Partial<Lifetime>;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** Throws `invalid_request` with every field that asks for more than the limits. */
export function checkLimits(asked: Partial<Checked>, limits: Limits): void {
  const errors: FieldError[] = [];
  const atMost = (path: string, value: number | null | undefined, most: number) => {
    if (typeof value === 'number' && value > most) errors.push({ path, message: `must be at most ${most}` });
  };
  atMost('resources.cpus', asked.resources?.cpus, limits.cpus);
  atMost('resources.memoryMb', asked.resources?.memoryMb, limits.memoryMb);
  atMost('lifetime.timeoutSeconds', asked.lifetime?.timeoutSeconds, limits.timeoutSeconds);
  atMost('lifetime.idleSeconds', asked.lifetime?.idleSeconds, limits.timeoutSeconds);
  atMost('env', envBytes(asked.env ?? {}), limits.envBytes);
  atMost('labels', Object.keys(asked.labels ?? {}).length, limits.labels);
  if (errors.length > 0) throw invalidRequest(errors);
}

function envBytes(env: Readonly<Record<string, string>>): number {
  const encoder = new TextEncoder();
  return Object.entries(env).reduce((sum, [name, value]) => sum + encoder.encode(`${name}=${value}`).length + 1, 0);
}

/** True where nothing that is held can break it. */
export function isUnbounded({ sandboxes, cpus, memoryMb }: Quota): boolean {
  return sandboxes === null && cpus === null && memoryMb === null;
}

/** The first bound of the quota that adding `more` would break; null when all hold. */
export function brokenQuota(usage: Usage, more: Usage, quota: Quota): keyof Quota | null {
  for (const name of ['sandboxes', 'cpus', 'memoryMb'] as const) {
    const bound = quota[name];
    if (bound !== null && usage[name] + more[name] > bound) return name;
  }
  return null;
}
