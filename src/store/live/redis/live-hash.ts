import {
  type SandboxInfo,
  type SandboxInfoField,
  sandboxInfoFields,
  sandboxInfoSchema,
} from '../../../domain/sandbox-info.ts';

type Hash = Readonly<Record<string, string>>;

const takes = (value: unknown) => (field: SandboxInfoField) => sandboxInfoSchema.shape[field].safeParse(value).success;
/** Stored as they are, so that `HGET key state` prints `running`; all others are stored as JSON. */
const textFields = new Set(sandboxInfoFields.filter(takes('text')));
/** Absent from the hash when null. */
const nullableFields = new Set(sandboxInfoFields.filter(takes(null)));

export interface HashChange {
  /** Field, value, field, value, ... */
  readonly pairs: readonly string[];
  /** Fields that became null. */
  readonly drops: readonly string[];
}

/** How filtered live information is written into a Redis hash. */
export function toHashChange(info: Partial<SandboxInfo>): HashChange {
  const pairs: string[] = [];
  const drops: string[] = [];
  for (const field of sandboxInfoFields) {
    const value = info[field];
    if (value === undefined) continue;
    if (value === null) drops.push(field);
    else pairs.push(field, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return { pairs, drops };
}

/** undefined when a field that every entry has is missing, or when one does not fit the schema: never half an entry. */
export function fromHash(hash: Hash): SandboxInfo | undefined {
  const candidate: Record<string, unknown> = {};
  for (const field of sandboxInfoFields) {
    const stored = hash[field];
    if (stored === undefined && !nullableFields.has(field)) return undefined;
    if (stored !== undefined) candidate[field] = textFields.has(field) ? stored : parsedJson(stored);
  }
  return sandboxInfoSchema.safeParse(candidate).data;
}

/** NaN stands for text that is no JSON: no field of the schema takes it. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return Number.NaN;
  }
}
