import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docsPage } from '../../src/http/docs/docs-page.ts';
import { type MemoryService, memoryService } from '../support/memory-service.ts';
import { operationsOf } from '../support/openapi/document.ts';

let service: MemoryService;
let response: Response;
let page: string;

beforeAll(async () => {
  service = await memoryService();
  response = await service.nobody.send('GET', '/docs');
  page = await response.text();
});
afterAll(() => service.close());

describe('/docs', () => {
  it('is a page that needs no key', () => {
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page).toMatch(/^<!doctype html>[\s\S]*<\/html>$/);
  });

  it('allows its own style and nothing else, and asks for nothing', () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining(["default-src 'none'", `style-src 'sha256-${hash}'`, "frame-ancestors 'none'"]),
    );
    expect(page).not.toMatch(/<(script|img|link|iframe|object)\b|\bon\w+=|url\(|@import|style="/i);
  });

  it('shows each call, and leads each of its links somewhere', async () => {
    for (const { method, path, operation } of await operationsOf(service)) {
      expect(page).toContain(`<section id="${operation.operationId}">`);
      expect(page).toContain(`<h3><b>${method}</b> <code>${path}</code></h3>`);
    }
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  it('shows what is written in the document as text', () => {
    const evil = '<script>alert(1)</script>';
    const operation = {
      ...{ operationId: 'x', summary: evil, description: evil, tags: ['x'] },
      parameters: [{ name: evil, in: 'query' as const, schema: { type: 'string', example: evil } }],
      responses: { 200: { description: evil } },
    };
    const shown = String(docsPage({ info: { title: evil, version: evil }, paths: { '/x': { get: operation } } }));
    expect(shown).not.toContain('<script');
    expect(shown).toContain('&lt;script&gt;');
  });
});
