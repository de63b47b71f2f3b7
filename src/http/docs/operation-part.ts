import { html } from 'hono/html';
import { marked } from './marked.ts';
import { meaningOf, typeOf } from './schema-part.ts';
import { exampleOf, type ShownContent, type ShownDocument, type ShownOperation } from './shown-document.ts';

type Part = ReturnType<typeof html>;

export interface ShownCall {
  readonly method: string;
  readonly path: string;
  readonly operation: ShownOperation;
}

/** One call: what goes in, what comes out, and a command that makes it. */
export function operationPart(document: ShownDocument, call: ShownCall): Part {
  const { method, path, operation } = call;
  const { operationId, summary, description = '', security, parameters = [], requestBody } = operation;
  return html`<section id="${operationId}">
    <h3><b>${method.toUpperCase()}</b> <code>${path}</code></h3>
    <p>${marked(summary)}. ${security?.length === 0 ? 'Needs no key.' : description}</p>
    ${parameters.length === 0 ? '' : parameterTable(parameters)}
    ${requestBody === undefined ? '' : html`<p>Body: ${contentTypes(requestBody.content)}</p>`}
    <pre>${curlOf(document, call)}</pre>
    ${answerTable(document, operation)}
  </section>`;
}

function parameterTable(parameters: NonNullable<ShownOperation['parameters']>): Part {
  const rows = parameters.map(
    ({ name, in: place, required, schema, description }) => html`<tr>
      <td><code>${name}</code><small> ${place}${required === true ? '' : ', optional'}</small></td>
      <td>${typeOf(schema)}</td>
      <td>${meaningOf({ ...(description === undefined ? {} : { description }), ...schema })}</td>
    </tr>`,
  );
  return html`<table><tr><th>parameter</th><th>type</th><th>meaning</th></tr>${rows}</table>`;
}

function contentTypes(content: ShownContent): Part {
  return html`${Object.entries(content).map(([type, { schema }], index) => html`${index === 0 ? '' : ', or '}${typeOf(schema)} as <code>${type}</code>`)}`;
}

function answerTable(document: ShownDocument, { responses }: ShownOperation): Part {
  const rows = Object.entries(responses).map(
    ([status, { description, content = {} }]) => html`<tr>
      <td>${status}</td>
      <td>${marked(description)}</td>
      <td>${Object.keys(content).length === 0 ? '' : contentTypes(content)}${exampleAnswer(document, status, content)}</td>
    </tr>`,
  );
  return html`<table><tr><th>status</th><th>when</th><th>body</th></tr>${rows}</table>`;
}

/** Problems look alike: theirs are shown once, below. */
function exampleAnswer(document: ShownDocument, status: string, content: ShownContent): Part | '' {
  const [media] = Object.values(content);
  if (media === undefined || Number(status) >= 400) return '';
  const example = exampleOf(document, media.schema);
  const text = typeof example === 'string' ? example : JSON.stringify(example, null, 2);
  return html`<details><summary>example</summary><pre>${text}</pre></details>`;
}

function curlOf(document: ShownDocument, { method, path, operation }: ShownCall): string {
  const { parameters = [], requestBody, security } = operation;
  const exampleFor = (name: string) => String(parameters.find((one) => one.name === name)?.schema.example ?? name);
  const place = path.replace(/\{(\w+)\}/g, (_, name: string) => exampleFor(name));
  const required = parameters.filter((one) => one.in === 'query' && one.required === true);
  const query = required.map(({ name }) => `${name}=${encodeURIComponent(exampleFor(name))}`).join('&');
  const [[type, media] = []] = Object.entries(requestBody?.content ?? {});
  const example = media === undefined ? undefined : exampleOf(document, media.schema);
  const body = type === 'application/json' ? JSON.stringify(example) : '@file';
  return [
    `curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} "$SANDGLASS_URL${place}${query === '' ? '' : `?${query}`}"`,
    ...(security?.length === 0 ? [] : ['-H "X-API-Key: $SANDGLASS_API_KEY"']),
    ...(type === undefined ? [] : [`-H 'Content-Type: ${type}'`, `--data-binary '${body}'`]),
  ].join(' \\\n  ');
}
