import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import type { Documented, Schema } from './document.ts';

export interface AnswerCheck {
  /** Throws when the status, the type or the body is none that the document promises; a stream is only begun. */
  check(documented: Documented, response: Response): Promise<void>;
  isValid(schema: Schema, value: unknown): boolean;
}

export function answerCheck(): AnswerCheck {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const compiled = new Map<Schema, ValidateFunction>();
  const errorsOf = (schema: Schema, value: unknown): unknown => {
    const validate = compiled.get(schema) ?? ajv.compile(schema);
    compiled.set(schema, validate);
    return validate(value) ? [] : validate.errors;
  };
  return {
    isValid: (schema, value) => JSON.stringify(errorsOf(schema, value)) === '[]',
    async check({ operation, method }, response) {
      const { status } = response;
      const type = (response.headers.get('content-type') ?? '').replace(/;.*/, '');
      const isFollowed = new URL(response.url).searchParams.get('follow') === 'true';
      const isEndless = type === 'text/event-stream' || (isFollowed && type !== 'application/json');
      const text = isEndless && status === 200 ? '' : await response.text();
      const said = `${operation.operationId} answered ${status}: ${text.slice(0, 500)}`;
      const promised = operation.responses[String(status)];
      expect(Object.keys(operation.responses), said).toContain(String(status));
      expect(status, said).not.toBe(500);
      expect(response.headers.get('x-request-id'), said).toBeTruthy();
      if (status === 429 || status === 503) expect(response.headers.get('retry-after'), said).toMatch(/^\d+$/);
      const media = promised?.content?.[type];
      if (promised?.content === undefined || method === 'HEAD') return expect(text, said).toBe('');
      expect(Object.keys(promised.content), said).toContain(type);
      for (const value of valuesIn(type, text)) {
        expect(errorsOf(media?.schema ?? {}, value), said).toEqual([]);
        if (type === 'application/problem+json') checkProblem(value, promised.description, status);
      }
    },
  };
}

function valuesIn(type: string, text: string): readonly unknown[] {
  if (/^application\/([a-z+]*\+)?json$/.test(type)) return [JSON.parse(text)];
  if (type !== 'application/x-ndjson') return [];
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function checkProblem(value: unknown, description: string, status: number): void {
  expect(value).toMatchObject({ status });
  const code = typeof value === 'object' && value !== null && 'code' in value ? String(value.code) : '';
  expect(description).toContain(`\`${code}\``);
}
