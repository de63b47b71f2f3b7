import { validate } from '@readme/openapi-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnswerCheck, answerCheck } from '../support/openapi/answer-check.ts';
import { OF_SITUATION, type Wish } from '../support/openapi/arbitrary-of-operation.ts';
import { type Content, type Documented, documentOf, exampleOf, operationsOf } from '../support/openapi/document.ts';
import { type FuzzedService, fuzzedService, type Situation } from '../support/openapi/fuzzed-service.ts';
import { sendWish } from '../support/openapi/send-wish.ts';

let service: FuzzedService;
let answers: AnswerCheck;
let operations: readonly Documented[];

beforeAll(async () => {
  service = await fuzzedService();
  answers = answerCheck();
  operations = await operationsOf(service);
});
afterAll(() => service.close());

describe('the document', () => {
  it('is one, says a public validator', async () => {
    const result = await validate(await documentOf(service));
    expect(result).toMatchObject({ valid: true, warnings: [] });
  });

  it('shows an example of each body, which its own schema allows', () => {
    const contents = operations.flatMap(({ operation }) => [
      ...(operation.requestBody === undefined ? [] : [[operation.operationId, operation.requestBody.content] as const]),
      ...Object.entries(operation.responses).flatMap(([status, { content }]) =>
        content === undefined ? [] : [[`${operation.operationId} ${status}`, content] as const],
      ),
    ]);
    expect(contents.length).toBeGreaterThan(300);
    for (const [where, content] of contents) checkExamples(where, content);
  });

  it('shows an example of each parameter, or all that it can be', () => {
    for (const { operation } of operations) {
      for (const { name, schema } of operation.parameters ?? []) {
        const where = `${operation.operationId} ${name}`;
        const isPlain = schema.type === 'boolean' || schema.enum !== undefined || schema.default !== undefined;
        expect(isPlain || schema.example !== undefined, where).toBe(true);
        if (schema.example !== undefined) expect(answers.isValid(schema, schema.example), where).toBe(true);
      }
    }
  });
});

function checkExamples(where: string, content: Content): void {
  for (const media of Object.values(content)) {
    const shown = [exampleOf(media), ...Object.values(media.examples ?? {}).map(({ value }) => value)];
    for (const value of shown) {
      expect(value, where).toBeDefined();
      expect(answers.isValid(media.schema, value), `${where}: ${JSON.stringify(value)}`).toBe(true);
    }
  }
}

describe('the examples of a call', () => {
  /** Where a sandbox that runs is not what the call is for. */
  const wanted: Readonly<Record<string, Situation>> = { restartSandbox: 'stopped', deleteSandbox: 'stopped' };
  /** What the examples name is not there in a new service; a terminal is no answer. */
  const refused: Readonly<Record<string, number>> = { revokeKey: 404, removeTemplate: 409, openTerminal: 400 };

  it('are taken by the service as they stand', async () => {
    for (const documented of operations) {
      const { operationId, parameters = [], requestBody } = documented.operation;
      const required = parameters.filter((one) => one.required === true);
      const [[type, media] = []] = Object.entries(requestBody?.content ?? {});
      const body = media === undefined ? undefined : exampleOf(media);
      const wish: Wish = {
        ...{ who: 'admin', situation: wanted[operationId] ?? 'running', unknownQuery: null, accept: null },
        parameters: Object.fromEntries(
          required.map(({ name, schema }) => [name, isSandboxId(documented, name) ? OF_SITUATION : schema.example]),
        ),
        body: type === undefined ? null : { type, text: typeof body === 'string' ? body : JSON.stringify(body) },
        refusedInside: null,
      };
      const end = new AbortController();
      const response = await sendWish(service, documented, wish, end.signal);
      if (response === undefined) throw new Error(`${operationId} was not sent`);
      await answers.check(documented, response);
      end.abort();
      const isDone =
        refused[operationId] === undefined ? response.status < 300 : response.status === refused[operationId];
      expect(isDone, `${operationId} answered ${response.status}`).toBe(true);
    }
  });
});

function isSandboxId({ path }: Documented, name: string): boolean {
  return name === 'id' && path.startsWith('/v1/sandboxes/');
}
