import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import { operationPart, type ShownCall } from './operation-part.ts';
import { fieldsOf } from './schema-part.ts';
import type { ShownDocument } from './shown-document.ts';

type Part = ReturnType<typeof html>;

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 72rem; padding: 1rem }
h2 { margin-top: 3rem; border-bottom: 1px solid #8888 }
section { margin-bottom: 2.5rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #8884; padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
pre { background: #8882; overflow-x: auto; padding: .5rem }
nav ul { columns: 18rem }
`;

/** Allows the style of the page, and nothing else at all. */
export const DOCS_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ');

/** The OpenAPI document for people: one page without scripts, images or requests. */
export function docsPage(document: ShownDocument): Part {
  const { title, version, description = '' } = document.info;
  const calls = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): ShownCall => ({ method, path, operation })),
  );
  const tags = [...new Set(calls.flatMap(({ operation }) => operation.tags))];
  const of = (tag: string) => calls.filter(({ operation }) => operation.tags.includes(tag));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} API ${version}</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        <header>
          <h1>${title} API <small>${version}</small></h1>
          <p>${description}</p>
          <p>For machines: <a href="openapi.json">openapi.json</a>. Calls need a key, as <code>X-API-Key: KEY</code> or
            <code>Authorization: Bearer KEY</code>, unless they say that they do not.</p>
        </header>
        <nav aria-label="Calls">${tags.map((tag) => contents(tag, of(tag)))}</nav>
        <main>
          ${tags.map((tag) => html`<h2>${tag}</h2>${of(tag).map((call) => operationPart(document, call))}`)}
          ${problemsPart(document)} ${schemasPart(document)}
        </main>
      </body>
    </html>`;
}

function contents(tag: string, calls: readonly ShownCall[]): Part {
  const lines = calls.map(
    ({ method, path, operation }) =>
      html`<li><a href="#${operation.operationId}">${method.toUpperCase()} ${path}</a></li>`,
  );
  return html`<h2>${tag}</h2><ul>${lines}</ul>`;
}

function problemsPart({ components }: ShownDocument): Part {
  const problems = Object.entries(components?.examples ?? {}).map(
    ([code, { value }]) =>
      html`<details id="problem-${code}"><summary><code>${code}</code></summary>
        <pre>${JSON.stringify(value, null, 2)}</pre></details>`,
  );
  return html`<h2>Problems</h2><p>What is not done is answered as <code>application/problem+json</code>. One of each code:</p>${problems}`;
}

function schemasPart({ components }: ShownDocument): Part {
  const schemas = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) => html`<section id="schema-${name}"><h3>${name}</h3>
      ${schema.description === undefined ? '' : html`<p>${schema.description}</p>`} ${fieldsOf(schema)}</section>`,
  );
  return html`<h2>Schemas</h2>${schemas}`;
}
