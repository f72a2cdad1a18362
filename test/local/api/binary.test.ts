import { describe, expect, test } from '@jest/globals';
import { isBinaryRequest, wantsBinary } from '../../../local/api/binary.ts';
import type { ApiDefinition } from '../../../local/api/template.ts';

const apiOf = (...binaryMediaTypes: string[]) => ({ binaryMediaTypes }) as unknown as ApiDefinition;
const octets = apiOf('application/octet-stream');
const headers = (name: string, ...values: string[]) => new Map([[name, values]]);

describe('a request is binary', () => {
  test.each([
    ['application/octet-stream', true],
    ['Application/Octet-Stream', true],
    ['application/octet-stream; x=y', true],
    ['application/json', false],
    ['application/octet-streams', false],
    ['', false],
  ])('by its Content-Type: %p %p', (type, expected) => {
    expect(isBinaryRequest(octets, headers('cOntent-Type', type))).toBe(expected);
  });

  test('by nothing else', () => {
    expect(isBinaryRequest(octets, headers('Accept', 'application/octet-stream'))).toBe(false);
    expect(isBinaryRequest(octets, new Map())).toBe(false);
  });

  test('where a wildcard of the API covers it', () => {
    for (const api of [apiOf('*/*'), apiOf('image/*')]) {
      expect(isBinaryRequest(api, headers('Content-Type', 'image/png'))).toBe(true);
    }
    expect(isBinaryRequest(apiOf('image/*'), headers('Content-Type', 'text/png'))).toBe(false);
  });
});

test.each([
  ['application/octet-stream', true],
  ['application/octet-stream;q=0.5, application/json', true],
  ['application/json, application/octet-stream', false],
  ['*/*', false],
  ['application/*', false],
])('an answer is decoded by the first media type in Accept: %p %p', (accept, expected) => {
  expect(wantsBinary(octets, headers('Accept', accept))).toBe(expected);
  expect(wantsBinary(octets, new Map())).toBe(false);
  expect(wantsBinary(apiOf(), headers('Accept', accept))).toBe(false);
});
