import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tenantId } from '../../contract/tenant-id.ts';

const isTenantId = (value: unknown) => tenantId.safeParse(value).success;

test.each(['ac', 'acme', 'acme2', 'a-c', '00', 'a'.repeat(63), 'xn--80ak6aa92e'])(
  '%s is a tenant id',
  (id) => {
    expect(isTenantId(id)).toBe(true);
  },
);

test.each([
  '',
  'a',
  'a'.repeat(64),
  'Acme',
  '-acme',
  'acme-',
  'ac me',
  'ac_me',
  'ac.me',
  '*',
  '?',
  'ac*',
  '../x',
  'a/b',
  'a%2fb',
  '${aws:PrincipalTag/TenantId}',
  'acme\n',
  '\nacme',
  'ac\u0000me',
  'ａcme',
  'aсme',
  'ac\u200bme',
  7,
  null,
  undefined,
  ['acme'],
  { toString: () => 'acme' },
])('%j is none', (id) => {
  expect(isTenantId(id)).toBe(false);
});

test('whatever is one means nothing to IAM, to a path or to a role session name', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'abcdef012-*?/$.'), maxLength: 8 }), (id) => {
      if (!isTenantId(id)) return;
      expect(id).toMatch(/^[\w+=,.@-]{2,64}$/);
      expect(encodeURIComponent(id)).toBe(id);
      expect(id).not.toMatch(/[*?$]/);
    }),
  );
});
