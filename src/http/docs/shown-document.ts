/** The OpenAPI document as far as its page shows it: our own, so that its form is known. */
export interface ShownDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, ShownOperation>>>>;
  readonly components?: {
    readonly schemas?: Readonly<Record<string, ShownSchema>>;
    readonly examples?: Readonly<Record<string, { readonly value?: unknown }>>;
  };
}

export interface ShownOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  /** Empty = anybody may ask. */
  readonly security?: readonly object[];
  readonly parameters?: readonly ShownParameter[];
  readonly requestBody?: { readonly content: ShownContent };
  readonly responses: Readonly<Record<string, ShownResponse>>;
}

export interface ShownParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: ShownSchema;
}

export interface ShownResponse {
  readonly description: string;
  readonly content?: ShownContent;
}

export type ShownContent = Readonly<Record<string, { readonly schema: ShownSchema }>>;

export interface ShownSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly ShownSchema[];
  readonly allOf?: readonly ShownSchema[];
  readonly properties?: Readonly<Record<string, ShownSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | ShownSchema;
  readonly items?: ShownSchema;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
  readonly description?: string;
  readonly example?: unknown;
}

/** What a reference to a schema is called; undefined for one that is written out. */
export function nameOf({ $ref }: ShownSchema): string | undefined {
  return $ref?.replace('#/components/schemas/', '');
}

/** The example of a schema, wherever it stands. */
export function exampleOf(document: ShownDocument, schema: ShownSchema): unknown {
  const name = nameOf(schema);
  const named = name === undefined ? schema : (document.components?.schemas?.[name] ?? schema);
  if (named.example !== undefined) return named.example;
  const [first] = named.anyOf ?? named.allOf ?? [];
  return first === undefined ? undefined : exampleOf(document, first);
}
