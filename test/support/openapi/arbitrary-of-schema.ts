import fc from 'fast-check';
import type { Schema } from './document.ts';

const LONGEST_TEXT = 40;

/** Values that a schema of a request allows. Throws for keywords that it does not know. */
export function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valuesOf));
  const types = [schema.type ?? []].flat();
  if (types.length === 0) throw new Error(`no values are known of ${JSON.stringify(schema)}`);
  return fc.oneof(...types.map((type) => valuesOfType(type, schema)));
}

function valuesOfType(type: string, schema: Schema): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'string':
      return texts(schema);
    case 'integer':
      return wholeNumbers(schema);
    case 'number':
      return fc.oneof(wholeNumbers(schema), numbers(schema));
    case 'array': {
      const { items = {}, minItems = 0, maxItems = 4 } = schema;
      const values = Object.keys(items).length === 0 ? fc.jsonValue() : valuesOf(items);
      return fc.array(values, { minLength: minItems, maxLength: Math.min(maxItems, minItems + 3) });
    }
    case 'object':
      return objects(schema);
    default:
      throw new Error(`no values are known of type ${type}`);
  }
}

function texts({ pattern, format, minLength = 0, maxLength = LONGEST_TEXT }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
      .map((date) => date.toISOString());
  const isFitting = (text: string) => [...text].length >= minLength && [...text].length <= maxLength;
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u')).filter(isFitting);
  const most = Math.min(maxLength, minLength + LONGEST_TEXT);
  return fc.oneof(
    fc.string({ unit: 'grapheme-ascii', minLength, maxLength: most }),
    fc.string({ unit: 'binary', minLength, maxLength: most }).filter(isFitting),
  );
}

function wholeNumbers({ minimum, exclusiveMinimum, maximum }: Schema): fc.Arbitrary<number> {
  const least = Math.ceil(minimum ?? (exclusiveMinimum === undefined ? -1_000_000 : exclusiveMinimum + 1));
  const most = Math.floor(maximum ?? 1_000_000);
  const bounds = [
    minimum === undefined ? [] : [Math.ceil(minimum)],
    maximum === undefined ? [] : [Math.floor(maximum)],
  ];
  const all = fc.maxSafeInteger().map((value) => Math.abs(value));
  const within = fc.integer({ min: least, max: Math.max(least, Math.min(most, 2_147_483_647)) });
  const edges = bounds.flat();
  const open = maximum === undefined ? [all.filter((value) => value >= least)] : [];
  return fc.oneof(within, ...(edges.length === 0 ? [] : [fc.constantFrom(...edges)]), ...open);
}

function numbers({ minimum, exclusiveMinimum, maximum }: Schema): fc.Arbitrary<number> {
  return fc.double({
    ...{ noNaN: true, noDefaultInfinity: true, minExcluded: exclusiveMinimum !== undefined },
    ...(minimum === undefined && exclusiveMinimum === undefined ? {} : { min: minimum ?? exclusiveMinimum ?? 0 }),
    ...(maximum === undefined ? {} : { max: maximum }),
  });
}

function objects({ properties = {}, required = [], additionalProperties }: Schema): fc.Arbitrary<object> {
  if (typeof additionalProperties === 'object') {
    const names = fc.oneof(fc.stringMatching(/^[a-z]{1,6}$/), fc.string({ maxLength: 8 }));
    return fc.dictionary(names, valuesOf(additionalProperties), { maxKeys: 4 });
  }
  const members = Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, valuesOf(member)]));
  return fc.record(members, { requiredKeys: [...required] });
}
