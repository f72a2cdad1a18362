/** A function names an origin to itself, to the letter, and only one that is listed. */
import { describe, expect, test } from '@jest/globals';
import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import fc from 'fast-check';
import { unavailable } from '../../../contract/problem.ts';
import { cors } from '../../../lambdas/http/cors.ts';
import { errorHandler } from '../../../lambdas/http/error-handler.ts';
import { headerNames } from '../../../lambdas/http/header-names.ts';
import { answerOf, contextOf, eventOf } from './event.ts';

const app = 'https://app.example.com';
const listed = [app, 'http://localhost:5173'];

/** @returns the headers of an answer to a request with these lines of Origin, as API Gateway gives them */
async function headersFor(
  lines: readonly (readonly [string, string])[],
  { origins = listed, fails = false } = {},
) {
  const multiValueHeaders: Record<string, string[]> = {};
  for (const [name, value] of lines)
    multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value];
  const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(cors(origins))
    .use(errorHandler())
    .use(headerNames())
    .handler(async () => {
      if (fails) throw unavailable(7);
      return answerOf(200, {});
    });
  const event = eventOf({ headers: Object.fromEntries(lines), multiValueHeaders });
  const { headers } = await handler(event, contextOf());
  return headers ?? {};
}

const allowed = async (...lines: readonly (readonly [string, string])[]) =>
  (await headersFor(lines))['Access-Control-Allow-Origin'];

describe.each(['Origin', 'origin', 'ORIGIN'])('the header %s', (name) => {
  test.each(listed)('with %s', async (origin) => {
    expect(await allowed([name, origin])).toBe(origin);
  });
});

test.each([
  'null',
  '',
  '*',
  'https://app.example.com.evil.com',
  'https://evil.com/https://app.example.com',
  'https://evilapp.example.com',
  'https://appxexample.com',
  'https://app.example.com:443',
  'https://app.example.com:8443',
  'https://app.example.com/',
  'https://App.example.com',
  'http://app.example.com',
  'https://user@app.example.com',
  'http://localhost:51730',
  'http://localhost',
  'http://127.0.0.1:5173',
  ' https://app.example.com',
  'https://app.example.com,https://evil.com',
  'https://app.example.com https://evil.com',
  'constructor',
  '__proto__',
])('%j is not listed', async (origin) => {
  expect(await headersFor([['Origin', origin]])).not.toHaveProperty('Access-Control-Allow-Origin');
});

test('no other text is an origin of the list', async () => {
  const near = fc
    .tuple(fc.constantFrom(...listed), fc.string({ unit: 'binary' }), fc.nat(30))
    .map(([origin, text, at]) => origin.slice(0, at) + text + origin.slice(at));
  await fc.assert(
    fc.asyncProperty(fc.oneof(near, fc.webUrl(), fc.string()), async (origin) => {
      expect(await allowed(['Origin', origin])).toBe(listed.includes(origin) ? origin : undefined);
    }),
  );
});

describe('two of them', () => {
  test.each([
    ['in one spelling', 'Origin'],
    ['in two spellings', 'origin'],
  ])('%s: none is named, not even twice the same', async (_, name) => {
    expect(await allowed(['Origin', app], [name, app])).toBeUndefined();
    expect(await allowed(['Origin', app], [name, 'https://evil.com'])).toBeUndefined();
    expect(await allowed(['Origin', 'https://evil.com'], [name, app])).toBeUndefined();
  });
});

test('every answer varies by the origin, to whomever', async () => {
  for (const lines of [[], [['Origin', 'https://evil.com']], [['Origin', app]]] as const) {
    expect(await headersFor(lines)).toMatchObject({ Vary: 'Origin' });
  }
});

test('a refusal is as readable as a success, and keeps its headers', async () => {
  const headers = await headersFor([['Origin', app]], { fails: true });
  expect(headers).toMatchObject({
    'Access-Control-Allow-Origin': app,
    'Access-Control-Expose-Headers': expect.stringContaining('Retry-After'),
    'Retry-After': '7',
    'Cache-Control': 'no-store',
  });
});

test('without origins an answer is as it was', async () => {
  for (const fails of [false, true]) {
    const plain = await headersFor([], { origins: [], fails });
    expect(await headersFor([['Origin', app]], { origins: [], fails })).toEqual(plain);
    expect(Object.keys(plain).join()).not.toMatch(/Access-Control|Vary/);
  }
});
