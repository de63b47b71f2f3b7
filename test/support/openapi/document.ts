import { dereference } from '@readme/openapi-parser';
import type { MemoryService } from '../memory-service.ts';

/** A schema of JSON Schema 2020-12, as far as our document uses it. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly default?: unknown;
  readonly example?: unknown;
}

interface Media {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

export type Content = Readonly<Record<string, Media>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly headers?: object; readonly content?: Content }>
  >;
}

export interface Documented {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** The document as it is served. */
export async function documentOf({ nobody }: Pick<MemoryService, 'nobody'>) {
  return (await nobody.get('/openapi.json')).json as Parameters<typeof dereference>[0] & object; // the validator judges it
}

/** All that can be called, every reference replaced by what it leads to. */
export async function operationsOf(service: Pick<MemoryService, 'nobody'>): Promise<readonly Documented[]> {
  const { paths = {} } = await dereference(await documentOf(service));
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods ?? {}).map(([method, operation]) => ({
      ...{ method: method.toUpperCase(), path },
      operation: operation as unknown as Operation, // its form is what tests look at
    })),
  );
}

/** What an example of a body says: beside its schema, or in it. */
export function exampleOf({ schema, example, examples }: Media): unknown {
  return example ?? Object.values(examples ?? {})[0]?.value ?? schema.example;
}
