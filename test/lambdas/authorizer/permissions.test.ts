import { describe, expect, test } from '@jest/globals';
import { rightsOf } from '../../../lambdas/authorizer/permissions.ts';

const rights = (claims: Record<string, unknown>) => rightsOf(claims, 'tenant_id');
const crypto = 'tenant-keys/crypto';
const admin = 'tenant-keys/admin';
const audit = 'tenant-keys/audit';
const administrator = { scopes: new Set([admin, audit]) };

test('the crypto scope with a tenant is that tenant', () => {
  expect(rights({ scope: crypto, tenant_id: 'acme' })).toEqual({
    scopes: new Set([crypto]),
    tenantId: 'acme',
  });
});

test('the admin scope without a tenant is an administrator', () => {
  expect(rights({ scope: `openid ${admin}` })).toEqual(administrator);
});

describe('scopes are read', () => {
  test.each([
    ['from a text among others', { scope: `openid ${crypto} email` }],
    ['from scp as a list', { scp: ['openid', crypto] }],
    ['from scp as a text', { scp: `openid ${crypto}` }],
  ])('%s', (_, claims) => {
    expect(rights({ ...claims, tenant_id: 'acme' })).toBeDefined();
  });

  test.each([
    ['that begin like one', `${crypto}2`],
    ['that end like one', `x${crypto}`],
    ['in upper case', crypto.toUpperCase()],
    ['with a comma between', `openid,${crypto}`],
    ['in a list', [crypto]],
    ['in an object', { [crypto]: true }],
    ['that are none', undefined],
  ])('but not %s', (_, scope) => {
    expect(rights({ scope, tenant_id: 'acme' })).toBeUndefined();
  });
});

test('an administrator of a tenant is not an administrator', () => {
  expect(rights({ scope: admin, tenant_id: 'acme' })).toBeUndefined();
  expect(rights({ scope: `${admin} ${crypto}`, tenant_id: 'acme' })).toEqual({
    scopes: new Set([crypto]),
    tenantId: 'acme',
  });
});

describe('a tenant claim that no tenant has gives no right, not even the admin scope its own', () => {
  test.each([
    '*',
    '?',
    'acme*',
    'acme/../x',
    'a/b',
    '../x',
    'ACME',
    'acme ',
    ' acme',
    'acme\n',
    'a',
    '',
    'a'.repeat(64),
    '-acme',
    'acme-',
    'ａcme',
    '${aws:PrincipalTag/TenantId}',
    'acme%2f',
    'ac\u0000me',
    ['acme'],
    ['acme', 'acme2'],
    7,
    true,
    null,
    { id: 'acme' },
    undefined,
  ])('%j', (claim) => {
    expect(rights({ scope: `${admin} ${crypto}`, tenant_id: claim })).toBeUndefined();
  });
});

test('a claim that only an object prototype has is no tenant claim', () => {
  expect(rightsOf({ scope: admin }, 'constructor')).toEqual(administrator);
});

test('the crypto scope without a tenant gives no right', () => {
  expect(rights({ scope: crypto })).toBeUndefined();
});

test('the audit scope with a tenant reads, and with the crypto scope uses as well', () => {
  expect(rights({ scope: audit, tenant_id: 'acme' })).toEqual({
    scopes: new Set([audit]),
    tenantId: 'acme',
  });
  expect(rights({ scope: `${audit} ${crypto} ${admin}`, tenant_id: 'acme' })).toEqual({
    scopes: new Set([crypto, audit]),
    tenantId: 'acme',
  });
});

test('the audit scope without a tenant reads of every tenant and administers none', () => {
  expect(rights({ scope: audit })).toEqual({ scopes: new Set([audit]) });
  expect(rights({ scope: `${audit} ${crypto}` })).toEqual({ scopes: new Set([audit]) });
});
