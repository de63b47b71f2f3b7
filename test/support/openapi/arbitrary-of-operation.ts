import fc from 'fast-check';
import { valuesOf } from './arbitrary-of-schema.ts';
import type { Content, Documented, Parameter, Schema } from './document.ts';
import { type Situation, situations, type Who } from './fuzzed-service.ts';

/** A request in the making: which sandbox it is about is chosen when it is sent. */
export interface Wish {
  readonly who: Who;
  readonly situation: Situation;
  /** By name; those in the path are there always. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly unknownQuery: string | null;
  readonly accept: string | null;
  readonly body: { readonly type: string | null; readonly text: string } | null;
  /** What the agent inside refuses with; null = it does what is asked. */
  readonly refusedInside: number | null;
}

/** What the agent refuses with. */
const REFUSALS = [400, 401, 403, 404, 409, 410, 413, 415, 416, 500, 501, 502, 503, 507];
const ACCEPTED = ['application/json', 'application/x-ndjson', 'text/event-stream', '*/*', 'image/png'];

/** Requests of an operation, most of them as its document wants them. */
export function wishesOf({ operation }: Documented): fc.Arbitrary<Wish> {
  const { parameters = [], requestBody } = operation;
  const members = Object.fromEntries(parameters.map((one) => [one.name, valuesOfParameter(one)]));
  const required = parameters.filter(({ required }) => required === true).map(({ name }) => name);
  return fc.record({
    who: mostly<Who>(fc.constantFrom('alice', 'admin'), fc.constant('nobody')),
    situation: mostly(fc.constant<Situation>('running'), fc.constantFrom(...situations), 1),
    parameters: mostly(
      fc.record(members, { requiredKeys: required }),
      fc.record(members, { requiredKeys: required.filter((name) => name === 'id') }),
    ),
    unknownQuery: mostly(fc.constant(null), fc.string({ minLength: 1 })),
    accept: fc.option(fc.constantFrom(...ACCEPTED)),
    body: requestBody === undefined ? fc.constant(null) : bodiesOf(requestBody.content),
    refusedInside: mostly(fc.constant(null), fc.constantFrom(...REFUSALS)),
  });
}

/** The id in a path is that of the sandbox, unless it is none at all. */
export const OF_SITUATION = Symbol('the sandbox of the situation');

function valuesOfParameter({ name, schema, in: place }: Parameter): fc.Arbitrary<unknown> {
  const isSandbox = name === 'id' && !schema.pattern?.includes('key_');
  const isSendable = (value: unknown) => place !== 'header' || /^[ -~]*$/.test(String(value));
  const valid = isSandbox ? fc.constant(OF_SITUATION) : valuesOf(schema).filter(isSendable);
  const junk = place === 'header' ? fc.stringMatching(/^[!-~]{1,20}$/) : fc.string({ unit: 'binary', minLength: 1 });
  return mostly(valid, junk);
}

function bodiesOf(content: Content): fc.Arbitrary<Wish['body']> {
  const [[type, { schema }] = ['', { schema: {} as Schema }]] = Object.entries(content);
  const isJson = type === 'application/json';
  const valid = isJson ? valuesOf(schema).map((value) => JSON.stringify(value)) : fc.string();
  const junk = fc.oneof(
    fc.string(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
  );
  const body = (text: fc.Arbitrary<string>, types: fc.Arbitrary<string | null>) => fc.record({ text, type: types });
  return fc.oneof(
    { weight: 6, arbitrary: body(valid, fc.constant(type)) },
    { weight: 1, arbitrary: body(junk, fc.constant(type)) },
    { weight: 1, arbitrary: body(valid, fc.constantFrom(null, 'text/plain', 'application/xml; charset=x')) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

function mostly<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, weight = 6): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: rare });
}
