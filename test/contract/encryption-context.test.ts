import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contextOf, encryptionContext, sameContext } from '../../contract/encryption-context.ts';

const refusal = (context: unknown) =>
  encryptionContext.safeParse(context).error?.issues[0]?.message;

test("the tenant's id is in the context, whatever was given", () => {
  expect(contextOf('acme')).toEqual({ TenantId: 'acme' });
  expect(contextOf('acme', { a: 'b' })).toEqual({ a: 'b', TenantId: 'acme' });
  expect(contextOf('acme', { TenantId: 'other' })).toEqual({ TenantId: 'acme' });
});

describe('refused', () => {
  test.each([
    ['TenantId', { TenantId: 'acme' }],
    ['TenantId in lower case', { tenantid: 'acme' }],
    ['TenantId in upper case', { TENANTID: 'acme' }],
    ["the SDK's own names", { 'aws-crypto-public-key': 'x' }],
    ["the SDK's own names in upper case", { 'AWS-Crypto-x': 'x' }],
    ['an empty name', { '': 'x' }],
    ['a number', { a: 1 }],
    ['a list as value', { a: ['b'] }],
    ['an object as value', { a: {} }],
    ['null as value', { a: null }],
    ['a list', ['a']],
    ['a text', 'a'],
    ['null', null],
    ['65 names', Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`n${n}`, '']))],
    ['8,001 bytes', { a: 'x'.repeat(8000) }],
    ['8,001 bytes of fewer characters', { a: 'é'.repeat(4000) }],
  ])('%s', (_, context) => {
    expect(refusal(context)).toMatch(/^must /);
  });
});

describe('taken', () => {
  test.each([
    ['no names', {}],
    ['an empty value', { a: '' }],
    ['names of Object.prototype', { constructor: 'x', toString: 'y' }],
    ['a name that begins like ours', { TenantIdentity: 'x' }],
    ['other scripts', { region: 'Ōsaka' }],
    ['64 names', Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`n${n}`, '']))],
    ['8,000 bytes', { a: 'x'.repeat(7999) }],
  ])('%s', (_, context) => {
    expect(encryptionContext.parse(context)).toEqual(context);
  });
});

describe('two contexts are the same', () => {
  const context = fc.dictionary(fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 }));

  test('in whatever order their names stand', () => {
    fc.assert(
      fc.property(context, (one) => {
        const reversed = Object.fromEntries(Object.entries(one).reverse());
        expect(sameContext(one, reversed)).toBe(true);
      }),
    );
  });

  test('and otherwise only if they are equal', () => {
    fc.assert(
      fc.property(context, context, (one, other) => {
        const sorted = (c: object) => JSON.stringify(Object.entries(c).sort());
        expect(sameContext(one, other)).toBe(sorted(one) === sorted(other));
      }),
    );
  });

  test('not if one has what the other has from its prototype', () => {
    expect(sameContext({ toString: 'x' }, { valueOf: 'x' })).toBe(false);
    expect(sameContext({ a: 'x' }, Object.create({ a: 'x' }))).toBe(false);
  });
});
