import { describe, expect, test } from '@jest/globals';
import { permissionsOf } from '../../../lambdas/authorizer/permissions.ts';

const permissions = (claims: Record<string, unknown>) => permissionsOf(claims, 'tenant_id');
const crypto = 'tenant-keys/crypto';
const admin = 'tenant-keys/admin';
const audit = 'tenant-keys/audit';
const administrator = { scopes: new Set([admin, audit]) };

test('the crypto scope with a tenant is that tenant', () => {
  expect(permissions({ scope: crypto, tenant_id: 'acme' })).toEqual({
    scopes: new Set([crypto]),
    tenantId: 'acme',
  });
});

test('the admin scope without a tenant is an administrator', () => {
  expect(permissions({ scope: `openid ${admin}` })).toEqual(administrator);
});

describe('scopes are read', () => {
  test.each([
    ['from a text among others', { scope: `openid ${crypto} email` }],
    ['from scp as a list', { scp: ['openid', crypto] }],
    ['from scp as a text', { scp: `openid ${crypto}` }],
  ])('%s', (_, claims) => {
    expect(permissions({ ...claims, tenant_id: 'acme' })).toBeDefined();
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
    expect(permissions({ scope, tenant_id: 'acme' })).toBeUndefined();
  });
});

test('an administrator of a tenant is not an administrator', () => {
  expect(permissions({ scope: admin, tenant_id: 'acme' })).toBeUndefined();
  expect(permissions({ scope: `${admin} ${crypto}`, tenant_id: 'acme' })).toEqual({
    scopes: new Set([crypto]),
    tenantId: 'acme',
  });
});

describe('a tenant claim that no tenant has permits nothing, not even with the admin scope', () => {
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
    expect(permissions({ scope: `${admin} ${crypto}`, tenant_id: claim })).toBeUndefined();
  });
});

test('a claim that only an object prototype has is no tenant claim', () => {
  expect(permissionsOf({ scope: admin }, 'constructor')).toEqual(administrator);
});

test('the crypto scope without a tenant gives no right', () => {
  expect(permissions({ scope: crypto })).toBeUndefined();
});

test('the audit scope with a tenant reads, and with the crypto scope uses as well', () => {
  expect(permissions({ scope: audit, tenant_id: 'acme' })).toEqual({
    scopes: new Set([audit]),
    tenantId: 'acme',
  });
  expect(permissions({ scope: `${audit} ${crypto} ${admin}`, tenant_id: 'acme' })).toEqual({
    scopes: new Set([crypto, audit]),
    tenantId: 'acme',
  });
});

test('the audit scope without a tenant reads of every tenant and administers none', () => {
  expect(permissions({ scope: audit })).toEqual({ scopes: new Set([audit]) });
  expect(permissions({ scope: `${audit} ${crypto}` })).toEqual({ scopes: new Set([audit]) });
});
