import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemSchema } from '../../src/contract/problem.ts';
import { memoryService } from '../support/memory-service.ts';
import { type AnswerCheck, answerCheck } from '../support/openapi/answer-check.ts';
import { OF_SITUATION, type Wish, wishesOf } from '../support/openapi/arbitrary-of-operation.ts';
import { valuesOf } from '../support/openapi/arbitrary-of-schema.ts';
import { type Documented, operationsOf, type Schema } from '../support/openapi/document.ts';
import { type FuzzedService, fuzzedService } from '../support/openapi/fuzzed-service.ts';
import { sendWish } from '../support/openapi/send-wish.ts';

const RUNS = 40;
const LIMIT_MS = 60_000;

const undressed = await memoryService();
const operations = await operationsOf(undressed);
await undressed.close();

let service: FuzzedService;
let answers: AnswerCheck;

beforeAll(async () => {
  service = await fuzzedService();
  answers = answerCheck();
});
afterAll(() => service.close());

describe('whatever is sent', () => {
  const send = async (documented: Documented, wish: Wish) => {
    const end = new AbortController();
    try {
      const response = await sendWish(service, documented, wish, end.signal);
      if (response !== undefined) await answers.check(documented, response);
    } finally {
      end.abort();
    }
  };

  it.each(operations.map((one) => [one.operation.operationId, one] as const))(
    '%s answers as its document promises',
    (_, documented) =>
      fc.assert(
        fc.asyncProperty(wishesOf(documented), (wish) => send(documented, wish)),
        { numRuns: RUNS },
      ),
    LIMIT_MS,
  );
});

describe('what the document does not allow', () => {
  const withBody = operations.filter(({ operation }) => operation.requestBody?.content['application/json']);
  it.each(withBody.map((one) => [one.operation.operationId, one] as const))(
    'is refused by %s with every field that is wrong',
    (_, documented) =>
      fc.assert(
        fc.asyncProperty(spoiltBodiesOf(documented), async ({ body, name }) => {
          fc.pre(!answers.isValid(bodySchemaOf(documented), body));
          const wish = { ...usual, body: { type: 'application/json', text: JSON.stringify(body) } };
          const response = await sendWish(service, documented, wish, AbortSignal.timeout(LIMIT_MS));
          expect(response?.status).toBe(400);
          const { errors } = problemSchema.parse(await response?.json());
          expect(errors?.map(({ path }) => path.split('.')[0])).toContain(name);
        }),
        { numRuns: RUNS },
      ),
    LIMIT_MS,
  );
});

const usual: Wish = {
  ...{ who: 'admin', situation: 'running', parameters: { id: OF_SITUATION } },
  ...{ unknownQuery: null, accept: null, body: null, refusedInside: null },
};

function bodySchemaOf({ operation }: Documented): Schema {
  return operation.requestBody?.content['application/json']?.schema ?? {};
}

/** Bodies whose named member is anything at all, known to the document or not. */
function spoiltBodiesOf(documented: Documented): fc.Arbitrary<{ readonly body: object; readonly name: string }> {
  const schema = bodySchemaOf(documented);
  const names = fc.oneof(fc.constantFrom(...Object.keys(schema.properties ?? {})), fc.stringMatching(/^[a-z]{1,8}$/));
  return (
    fc
      .record({ body: valuesOf(schema), name: names, value: fc.jsonValue({ maxDepth: 2 }) })
      // Refused as a whole, whatever else is wrong.
      .filter((made) => !JSON.stringify(made).includes('__proto__'))
      .map(({ body, name, value }) => ({ name, body: { ...(typeof body === 'object' ? body : {}), [name]: value } }))
  );
}
