import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type * as z from 'zod/mini';
import { type OperationSchemas, operations } from '../../../contract/operations.ts';
import type { Problem } from '../../../contract/problem.ts';
import {
  emptyRequest,
  listQuery,
  offboardQuery,
  onboardRequest,
} from '../../../contract/tenants.ts';
import { validated, type Whole } from '../../../lambdas/http/validation.ts';

function detailOf(schema: z.core.$ZodType, value: unknown, whole?: Whole): string | undefined {
  try {
    validated(schema, value, whole);
  } catch (error) {
    return (error as Problem).message;
  }
  return undefined;
}

const { encrypt, encryptBatch, setRotation } = operations;
const base64 = 'must be base64 (RFC 4648 section 4: with + and /, padded, no line breaks)';
const days = 'must be a whole number of days, 90-2560';

describe('what is wrong with a member has a text of its own', () => {
  test.each<[string, z.core.$ZodType, unknown, string]>([
    ['missing', encrypt.request, {}, `plaintext: is missing, and ${base64}`],
    ['of the wrong kind', encrypt.request, { plaintext: 7 }, `plaintext: ${base64}`],
    ['null', encrypt.request, { plaintext: null }, `plaintext: ${base64}`],
    [
      'unknown',
      encrypt.request,
      { plaintext: '', CANARY: 1 },
      'body: has an unknown member; allowed: encryptionContext, mode, plaintext',
    ],
    [
      'misspelled, and so both',
      encrypt.request,
      { plainText: '' },
      `plaintext: is missing, and ${base64}; body: has an unknown member; allowed: encryptionContext, mode, plaintext`,
    ],
    [
      'missing in the control plane',
      setRotation.request,
      {},
      `rotationPeriodInDays: is missing, and ${days}`,
    ],
    [
      'out of range',
      setRotation.request,
      { rotationPeriodInDays: 7 },
      `rotationPeriodInDays: ${days}`,
    ],
    ['no list', encryptBatch.request, { items: {} }, 'items: must be a list'],
    ['one of none', emptyRequest, { a: 1 }, 'body: has an unknown member; none is allowed'],
    ['no object at all', onboardRequest, [], 'body: must be a JSON object'],
  ])('%s', (_, schema, value, detail) => {
    expect(detailOf(schema, value)).toBe(detail);
  });

  test.each([
    [{ page: '2' }, 'query: has an unknown parameter; allowed: limit, cursor, status'],
    [{ limit: ['1', '2'] }, 'limit: must be given once'],
    [{ limit: '0' }, 'limit: must be a whole number, 1-100'],
    [{ status: 'gone' }, 'status: must be PROVISIONING, ACTIVE, SUSPENDED, OFFBOARDING or ERASED'],
  ])('in a query: %j', (query, detail) => {
    expect(detailOf(listQuery, query, 'query')).toBe(detail);
  });
});

test('the window of a deletion says which is the shortest, and whose bound it is', () => {
  const textOf = (shortest: number) =>
    detailOf(offboardQuery(shortest), { windowInDays: '1' }, 'query');
  expect(textOf(7)).toBe(
    "windowInDays: must be a whole number of days, 7-30; the shortest is this stack's",
  );
  expect(textOf(30)).toBe(
    'windowInDays: must be 30 days, the shortest that this stack allows and the longest that KMS does',
  );
});

describe('whatever is sent to whichever route', () => {
  const canary = 'CANARY';
  const word = fc.string({ maxLength: 6 }).map((text) => `${canary}${text}`);
  const schemas = Object.values(operations as Record<string, OperationSchemas>)
    .flatMap(({ request, query, rawParameters }) => [request, query, rawParameters])
    .filter((schema) => schema !== undefined);
  const names = [
    ...new Set(
      schemas.flatMap((schema) => Object.keys((schema as { shape?: object }).shape ?? {})),
    ),
  ];
  const value = fc.oneof(
    word,
    fc.constant(null),
    fc.integer(),
    fc.array(word),
    fc.dictionary(word, fc.anything()),
  );
  const body = fc.oneof(value, fc.dictionary(fc.oneof(word, fc.constantFrom(...names)), value));

  test('an error repeats none of it, and has words of ours', () => {
    fc.assert(
      fc.property(fc.constantFrom(...schemas), body, (schema, sent) => {
        const detail = detailOf(schema, sent) ?? 'taken';
        expect(detail).not.toContain(canary);
        // zod's own words, for which zod/mini loads no language.
        expect(detail).not.toMatch(/invalid/i);
      }),
      { numRuns: 2000 },
    );
  });

  test.each(names)('%s of any other kind has words of ours', (name) => {
    const kinds = [null, true, 1.5, canary, [], [canary], {}, { [canary]: canary }];
    for (const schema of schemas) {
      for (const kind of kinds) {
        const detail = detailOf(schema, { [name]: kind }) ?? 'taken';
        expect(detail).not.toContain(canary);
        expect(detail).not.toMatch(/invalid/i);
      }
    }
  });
});
