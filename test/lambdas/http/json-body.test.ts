import { describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod/mini';
import { base64Bytes } from '../../../contract/base64.ts';
import type { Problem } from '../../../contract/problem.ts';
import { jsonBody } from '../../../lambdas/http/json-body.ts';
import { eventOf } from './event.ts';

const schema = z.strictObject({
  text: z.optional(z.string('must be text')),
  bytes: z.optional(base64Bytes),
  names: z.optional(z.record(z.string(), z.string('must be an object of texts'))),
});
const options = { maxBytes: 100 };
const json = { 'content-type': 'application/json' };

const read = (change: Partial<APIGatewayProxyEvent>) =>
  jsonBody(eventOf({ headers: json, ...change }), schema, options);
const refusal = (change: Partial<APIGatewayProxyEvent>) => {
  try {
    read(change);
  } catch (error) {
    const { status, code, message } = error as Problem;
    return { status, code, message };
  }
  return undefined;
};

describe('the media type', () => {
  test.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    ' application/json ',
    'application/json;',
    'application/json ;\tCHARSET="\\uTF-8" ; x="charset=latin1"',
    'application/json; profile="https://example.com/a,b"',
  ])('%s is taken', (type) => {
    expect(read({ headers: { 'content-type': type } })).toEqual({});
  });

  test.each([
    'text/plain',
    'application/jsonp',
    'application/json; charset=latin1',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; charset="utf-8, latin1"',
    'application/json; charset=',
    'application/problem+json',
    '',
    undefined,
  ])('%s is a 415', (type) => {
    expect(refusal({ headers: { 'content-type': type } })?.status).toBe(415);
  });
});

describe('the size', () => {
  test('is counted in bytes, not in characters', () => {
    const within = JSON.stringify({ text: 'é'.repeat(44) });
    expect(Buffer.byteLength(within)).toBe(99);
    expect(read({ body: within })).toEqual({ text: 'é'.repeat(44) });
    expect(refusal({ body: JSON.stringify({ text: 'é'.repeat(45) }) })?.status).toBe(413);
  });

  test('is looked at before the text: too large and no JSON is a 413', () => {
    expect(refusal({ body: 'x'.repeat(101) })?.status).toBe(413);
  });

  test('of base64 is that of the bytes it stands for', () => {
    const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(80) })).toString('base64');
    expect(body.length).toBeGreaterThan(options.maxBytes);
    expect(read({ body, isBase64Encoded: true })).toEqual({ text: 'x'.repeat(80) });
  });
});

test('bytes that are not UTF-8 are a 400', () => {
  const body = Buffer.from([0x7b, 0xff, 0x7d]).toString('base64');
  expect(refusal({ body, isBase64Encoded: true })).toEqual({
    status: 400,
    code: 'bad-request',
    message: 'body: must be UTF-8',
  });
});

test('no body is a 400, or an empty object where that will do, whatever the media type', () => {
  for (const body of [null, '']) {
    expect(refusal({ body })?.status).toBe(400);
    const event = eventOf({ body, headers: {} });
    expect(jsonBody(event, schema, { ...options, optional: true })).toEqual({});
  }
});

describe('an error names our member and never what was sent', () => {
  test.each([
    ['a wrong type', '{"text":1984}', 'text: must be text'],
    [
      'bad base64',
      '{"bytes":"CANARY!"}',
      'bytes: must be base64 (RFC 4648 section 4: with + and /, padded, no line breaks)',
    ],
    [
      'an unknown member',
      '{"CANARY":1}',
      'body: has an unknown member; allowed: text, bytes, names',
    ],
    ['a wrong value below', '{"names":{"CANARY":1}}', 'names: must be an object of texts'],
    ['text that is no JSON', '{"text":CANARY}', 'body: must be JSON'],
    ['a list', '["CANARY"]', 'body: must be a JSON object'],
    ['a text', '"CANARY"', 'body: must be a JSON object'],
  ])('%s', (_, body, message) => {
    expect(refusal({ body })).toEqual({ status: 400, code: 'bad-request', message });
  });
});
