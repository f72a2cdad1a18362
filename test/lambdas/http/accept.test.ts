/** Which form a caller gets, by RFC 9110 sections 12.4.2 and 12.5.1. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { acceptedType } from '../../../lambdas/http/accept.ts';

const json = 'application/json';
const lines = 'application/x-ndjson';
const offered = [json, lines] as const;

test.each([
  [undefined, json],
  ['', json],
  [' , ,', json],
  ['*/*', json],
  ['application/*', json],
  ['application/json', json],
  ['application/x-ndjson', lines],
  ['APPLICATION/X-NDJSON', lines],
  ['application/x-ndjson; charset=utf-8', lines],
  ['application/json, application/x-ndjson', json],
  ['application/x-ndjson, application/json', json],
  ['application/x-ndjson, */*', lines],
  ['*/*, application/x-ndjson', lines],
  ['application/json;q=0.5, application/x-ndjson', lines],
  ['application/json ; q=0.5 , application/x-ndjson ; q=0.4', json],
  ['application/json;q=0', undefined],
  ['application/json;q=0, */*', lines],
  ['application/json;Q=0, */*', lines],
  ['application/*;q=0, */*', undefined],
  ['text/html, application/x-ndjson;q=0.001', lines],
  ['text/html', undefined],
  ['application/x-ndjson;q=2', undefined],
  ['application/x-ndjson;q=.', undefined],
  ['application/x-ndjson;q=.5', lines],
  ['text/html;x=",application/x-ndjson"', undefined],
  ['text/html;x=",application/json;q=0", */*', json],
  ['application/json;version=2;q=0, */*', json],
  ['application/x-ndjson;x="q=0";q=0.3', lines],
  ['application/x-ndjson;;Q=1.000', lines],
  ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', json],
  ['application', undefined],
  ['application/x-ndjson;q=', undefined],
])('%j gives %s', (accept, type) => {
  expect(acceptedType(accept, offered)).toBe(type);
});

test('a type that is refused by name is never given, whatever else stands there', () => {
  const part = fc.constantFrom(
    '*/*',
    'application/*',
    `${json};q=0.3`,
    'text/html',
    '',
    'q=1',
    ';',
  );
  fc.assert(
    fc.property(fc.array(part), fc.array(part), (before, after) => {
      const accept = [...before, `${lines};q=0`, ...after].join(',');
      expect(acceptedType(accept, offered)).not.toBe(lines);
    }),
  );
});
