import { html } from 'hono/html';
import { marked } from './marked.ts';
import { nameOf, type ShownSchema } from './shown-document.ts';

type Part = ReturnType<typeof html>;

/** The type of a value in a few words, with what bounds it. */
export function typeOf(schema: ShownSchema): Part {
  const name = nameOf(schema);
  if (name !== undefined) return html`<a href="#schema-${name}">${name}</a>`;
  const { anyOf, allOf, items, additionalProperties } = schema;
  if (schema.enum !== undefined) return html`${schema.enum.map((one) => JSON.stringify(one)).join(' | ')}`;
  if (anyOf !== undefined) return between(anyOf.map(typeOf), ' or ');
  if (allOf !== undefined) return between(allOf.map(typeOf), ' and ');
  if (items !== undefined) return html`list of ${typeOf(items)}`;
  if (typeof additionalProperties === 'object') return html`map to ${typeOf(additionalProperties)}`;
  const types = [schema.type ?? 'anything'].flat().join(' or ');
  return html`${types}${boundsOf(schema)}`;
}

/** The fields of an object, those of its members below them; nothing for what has none. */
export function fieldsOf(schema: ShownSchema): Part {
  const rows = rowsOf(schema, '');
  if (rows.length === 0) return html`<p>${typeOf(schema)}</p>`;
  return html`<table><tr><th>field</th><th>type</th><th>meaning</th></tr>${rows}</table>`;
}

function rowsOf({ properties = {}, required = [] }: ShownSchema, above: string): Part[] {
  return Object.entries(properties).flatMap(([name, member]) => [
    html`<tr>
      <td><code>${above}${name}</code>${required.includes(name) ? '' : html`<small> optional</small>`}</td>
      <td>${typeOf(member)}</td>
      <td>${meaningOf(member)}</td>
    </tr>`,
    ...rowsOf(member, `${above}${name}.`),
    ...(member.items === undefined ? [] : rowsOf(member.items, `${above}${name}[].`)),
  ]);
}

/** What a field or a parameter is for, its default and an example. */
export function meaningOf({ description = '', default: usual, example }: ShownSchema): Part {
  const told = [
    ...(usual === undefined ? [] : [html`Default: <code>${JSON.stringify(usual)}</code>.`]),
    ...(example === undefined ? [] : [html`Example: <code>${JSON.stringify(example)}</code>.`]),
  ];
  return between([marked(description), ...told], ' ');
}

function boundsOf(schema: ShownSchema): string {
  const { format, minimum, maximum, exclusiveMinimum, minLength, maxLength, minItems, maxItems, pattern } = schema;
  const bounds = [
    format,
    minimum === undefined ? undefined : `>= ${minimum}`,
    exclusiveMinimum === undefined ? undefined : `> ${exclusiveMinimum}`,
    maximum === undefined ? undefined : `<= ${maximum}`,
    minLength === undefined ? undefined : `at least ${minLength} characters`,
    maxLength === undefined ? undefined : `at most ${maxLength} characters`,
    minItems === undefined ? undefined : `at least ${minItems}`,
    maxItems === undefined ? undefined : `at most ${maxItems}`,
    pattern,
  ].filter((one) => one !== undefined);
  return bounds.length === 0 ? '' : `, ${bounds.join(', ')}`;
}

function between(parts: readonly Part[], separator: string): Part {
  return html`${parts.map((part, index) => html`${index === 0 ? '' : separator}${part}`)}`;
}
