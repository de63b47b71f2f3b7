import { html } from 'hono/html';

/** A text in which `backticks` stand for code. */
export function marked(text: string): ReturnType<typeof html> {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
