import { describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import fc from 'fast-check';
import type { Problem } from '../../../contract/problem.ts';
import {
  acceptedAnswer,
  hasRawBody,
  headerParameters,
  rawBody,
} from '../../../lambdas/http/raw-body.ts';
import { eventOf } from './event.ts';

const refusal = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    const { status, message } = error as Problem;
    return [status, message];
  }
  return undefined;
};
const withHeaders = (headers: APIGatewayProxyEvent['headers']) => eventOf({ headers });

describe('the answer is', () => {
  const content = Buffer.from([0xff, 0]);
  const formOf = (accept?: string) => {
    const answer = acceptedAnswer(withHeaders(accept === undefined ? {} : { accept }));
    const { headers, body, isBase64Encoded } = answer('plaintext', content);
    return [headers?.['Content-Type'], body, isBase64Encoded];
  };

  test.each([
    'application/octet-stream',
    ' application/octet-stream',
    'application/octet-stream , application/json',
    'application/octet-stream, */*;q=0.9',
    'application/octet-stream,text/plain;x=","',
  ])('bytes where Accept has them first: %p', (accept) => {
    expect(formOf(accept)).toEqual(['application/octet-stream', '/wA=', true]);
  });

  test.each([
    undefined,
    '',
    ',',
    '*/*',
    'application/json',
    'application/*',
    'application/json, text/plain, */*',
    'text/html, */*;q=0.1',
    'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
    'application/json, application/octet-stream',
    'application/octet-stream;q=0.2, application/json',
    'application/octet-stream;q=0, */*',
    'Application/Octet-Stream, application/json;q=0.1',
  ])('JSON otherwise: %p', (accept) => {
    expect(formOf(accept)).toEqual(['application/json', '{"plaintext":"/wA="}', undefined]);
  });

  test.each([
    'text/html',
    'image/*',
    'application/xml, application/json;q=0',
    'application/json;q=0, */*;q=0',
    '*/*;q=0.000',
    'text/html;x=",application/json"',
    'json',
  ])('a 406 where neither is wanted: %p', (accept) => {
    expect(refusal(() => formOf(accept))?.[0]).toBe(406);
  });

  test.each([
    'text/html, application/octet-stream',
    'application/octet-stream;q=0.9',
    'APPLICATION/octet-stream',
    ', application/octet-stream',
  ])('a 406 where it is not known that API Gateway decodes the bytes: %p', (accept) => {
    expect(refusal(() => formOf(accept))?.[0]).toBe(406);
  });
});

describe('the label of an answer is what its body is', () => {
  const element = fc.constantFrom(
    'application/octet-stream',
    'Application/Octet-Stream',
    'application/octet-stream;q=0',
    'application/octet-stream;q=0.1',
    'application/octet-stream;x=1',
    'application/json',
    'application/json;q=0',
    '*/*',
    'application/*;q=0.4',
    '',
    'x',
  );
  const line = fc.array(element, { maxLength: 4 }).map((elements) => elements.join(', '));
  /** How API Gateway may read the header: which line, and how exactly. */
  const readings = [0, -1].flatMap((at) =>
    [
      (type: string) => type,
      (type: string) => type.toLowerCase(),
      (type: string) => (type.split(';')[0] as string).trim().toLowerCase(),
    ].map((spell) => (lines: readonly string[]) => {
      const [first = ''] = (lines.at(at) ?? '').split(',');
      return spell(first.trim()) === 'application/octet-stream';
    }),
  );

  test('however API Gateway reads Accept, in whatever lines it comes', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 3 }), (accept) => {
        const event = eventOf({
          headers: { accept: accept.at(-1) },
          multiValueHeaders: { accept },
        });
        if (refusal(() => acceptedAnswer(event)) !== undefined) return;
        const { headers, isBase64Encoded } = acceptedAnswer(event)('plaintext', Buffer.from('x'));
        const isBytes = headers?.['Content-Type'] === 'application/octet-stream';
        expect(isBase64Encoded ?? false).toBe(isBytes);
        if (isBytes) expect(readings.every((reading) => reading(accept))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the body', () => {
  test('is raw by its media type alone', () => {
    expect(hasRawBody(withHeaders({ 'content-type': 'application/octet-stream' }))).toBe(true);
    expect(hasRawBody(withHeaders({ 'content-type': 'Application/OCTET-stream ;' }))).toBe(true);
    expect(hasRawBody(withHeaders({ 'content-type': 'application/octet-stream;x=y' }))).toBe(false);
    expect(hasRawBody(withHeaders({ 'content-type': 'application/json' }))).toBe(false);
  });

  test('is empty, or base64, or a 415 where API Gateway read it as text', () => {
    expect(rawBody(eventOf({ body: null }))).toEqual(Buffer.alloc(0));
    const body = Buffer.from([0xff]).toString('base64');
    expect(rawBody(eventOf({ body, isBase64Encoded: true }))).toEqual(Buffer.from([0xff]));
    expect(refusal(() => rawBody(eventOf({ body: 'x' })))?.[0]).toBe(415);
  });
});

describe('the headers', () => {
  test('say what JSON says in members', () => {
    const headers = {
      'encryption-context': '{"city":"\\u014csaka"}',
      'new-encryption-context': '{}',
      'encryption-mode': 'direct',
      other: 'x',
    };
    expect(headerParameters(withHeaders(headers))).toEqual({
      encryptionContext: { city: 'Ōsaka' },
      newEncryptionContext: {},
      mode: 'direct',
    });
  });

  test.each([
    ['no JSON', 'CANARY', 'must be JSON'],
    ['an empty text', '', 'must be JSON'],
    ['a name twice', '{"CANARY":"1","CANARY":"2"}', 'must not have a name twice'],
    ['__proto__', '{"__proto__":"CANARY"}', 'must not have the name __proto__'],
    ['what is not ASCII', '{"a":"é"}', 'must be ASCII, with \\u escapes'],
    ['8,193 bytes', `{"a":"${'x'.repeat(8185)}"}`, 'must be 8 kB at most'],
  ])('are refused with %s, and never repeated', (_, text, expected) => {
    const event = withHeaders({ 'encryption-context': text });
    expect(refusal(() => headerParameters(event))).toEqual([
      400,
      `encryption-context: ${expected}`,
    ]);
  });

  test('are refused where one is given twice, even alike', () => {
    const event = eventOf({
      headers: { 'encryption-mode': 'direct' },
      multiValueHeaders: { 'encryption-mode': ['direct', 'direct'] },
    });
    expect(refusal(() => headerParameters(event))?.[0]).toBe(400);
  });

  test.each(['encryption-context', 'new-encryption-context', 'encryption-mode'])(
    'are refused beside JSON, where they would count for nothing: %s',
    (name) => {
      const event = withHeaders({ 'content-type': 'application/json', [name]: '{}' });
      expect(refusal(() => hasRawBody(event))?.[0]).toBe(400);
    },
  );
});
