import { describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import fc from 'fast-check';
import { claimsOf, loggableClaims } from '../../../lambdas/http/claims.ts';
import { inLowerCase } from '../../../lambdas/http/header-names.ts';
import { eventOf } from './event.ts';

type Headers = readonly (readonly [string, string])[];

/** As API Gateway makes them: of each name as it was spelled the last value, and all. */
function eventWith(headers: Headers): APIGatewayProxyEvent {
  const multiValueHeaders: Record<string, string[]> = {};
  for (const [name, value] of headers)
    multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value];
  return eventOf(inLowerCase({ headers: Object.fromEntries(headers), multiValueHeaders }));
}
const wrong = (name: string) =>
  `${name}: must be 1-256 visible ASCII characters, with spaces between them only`;

describe('the claims of a request', () => {
  test('are what its two headers say, in whatever spelling', () => {
    const event = eventWith([
      ['tenant-KEYS-actor', 'jane@example.com'],
      ['Tenant-Keys-Label', 'ticket 4711, "urgent" \\o/'],
    ]);
    expect(claimsOf(event)).toEqual({
      actor: 'jane@example.com',
      label: 'ticket 4711, "urgent" \\o/',
    });
  });

  test('are none without them', () => {
    expect(claimsOf(eventWith([['Actor', 'jane']]))).toEqual({});
  });

  test.each([
    ['Tenant-Keys-Actor', 'tenant-keys-actor'],
    ['Tenant-Keys-Actor', 'Tenant-Keys-Actor'],
    ['TENANT-KEYS-LABEL', 'tenant-keys-label'],
  ])('given as %s and as %s are refused', (one, other) => {
    const event = eventWith([
      [one, 'jane'],
      [other, 'jane'],
    ]);
    expect(() => claimsOf(event)).toThrow(`${one.toLowerCase()}: must be given once`);
    expect(loggableClaims(event)).toEqual({});
  });

  test.each([
    ['empty', ''],
    ['a space', ' '],
    ['a space before', ' jane'],
    ['a space after', 'jane '],
    ['a tab', 'ja\tne'],
    ['a line end', 'jane\nroot'],
    ['a character that is no ASCII', 'jané'],
    ['DEL', 'jane\x7f'],
    ['too long', 'j'.repeat(257)],
  ])('that are %s are refused, and not repeated', (_, value) => {
    const event = eventWith([['Tenant-Keys-Label', value]]);
    expect(() => claimsOf(event)).toThrow(wrong('tenant-keys-label'));
    expect(loggableClaims(event)).toEqual({});
  });

  test('are taken as they are or not at all, whatever the header says', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 300 })), (value) => {
        const event = eventWith([['Tenant-Keys-Actor', value]]);
        const isRight = /^[!-~]([ -~]*[!-~])?$/.test(value) && value.length <= 256;
        if (isRight) expect(claimsOf(event)).toEqual({ actor: value });
        else expect(() => claimsOf(event)).toThrow(wrong('tenant-keys-actor'));
      }),
    );
  });
});
