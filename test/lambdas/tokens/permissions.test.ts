import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tenantId } from '../../../contract/tenant-id.ts';
import { permissionsOf } from '../../../lambdas/tokens/permissions.ts';

const permissions = (claims: Record<string, unknown>) => permissionsOf(claims, 'tenant_id');
const crypto = 'tenant-keys/crypto';
const admin = 'tenant-keys/admin';
const audit = 'tenant-keys/audit';
const auditAll = 'tenant-keys/audit-all';
const administrator = { scopes: new Set([admin]) };

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

test("the audit scope without a tenant gives nothing: a lost claim does not make an auditor of a tenant's token", () => {
  expect(permissions({ scope: audit })).toBeUndefined();
  expect(permissions({ scope: `${audit} ${crypto}` })).toBeUndefined();
});

test('the auditor has a scope of its own, which counts without a tenant only', () => {
  expect(permissions({ scope: auditAll })).toEqual({ scopes: new Set([auditAll]) });
  expect(permissions({ scope: auditAll, tenant_id: 'acme' })).toBeUndefined();
  expect(permissions({ scope: `${auditAll} ${audit}`, tenant_id: 'acme' })).toEqual({
    scopes: new Set([audit]),
    tenantId: 'acme',
  });
});

describe('whatever the scopes and the claim', () => {
  const scope = fc.subarray([admin, crypto, audit, auditAll, 'openid', `${audit}-allx`]);
  const claim = fc.oneof(
    fc.constantFrom(undefined, null, '', '*', 'ACME', 'a/b', 7, true),
    fc.constant(['acme']),
    fc.string(),
    fc.record({ id: fc.string() }),
  );
  const scopesFor = (claims: Record<string, unknown>) => [
    ...(permissions(claims)?.scopes ?? new Set()),
  ];

  test('a token without the claim has no right of a tenant, and none that its scopes do not name', () => {
    fc.assert(
      fc.property(scope, (scopes) => {
        const given = scopesFor({ scope: scopes.join(' ') });
        expect(given).toEqual([admin, auditAll].filter((one) => scopes.includes(one)));
        expect(permissions({ scope: scopes.join(' ') })?.tenantId).toBeUndefined();
      }),
    );
  });

  test('a token with a tenant has rights of that tenant, and no other', () => {
    fc.assert(
      fc.property(scope, fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/), (scopes, id) => {
        const claims = { scope: scopes.join(' '), tenant_id: id };
        expect(scopesFor(claims)).toEqual([crypto, audit].filter((one) => scopes.includes(one)));
        const all = permissions(claims);
        if (all !== undefined) expect(all.tenantId).toBe(id);
      }),
    );
  });

  test('a token with a claim that is no tenant has none', () => {
    fc.assert(
      fc.property(scope, claim, (scopes, value) => {
        fc.pre(typeof value !== 'string' || !tenantId.safeParse(value).success);
        expect(permissions({ scope: scopes.join(' '), tenant_id: value })).toBeUndefined();
      }),
    );
  });

  test('a token with all that a tenant may have gives nothing once its claim is lost', () => {
    fc.assert(
      fc.property(fc.subarray([crypto, audit, 'openid']), (scopes) => {
        expect(permissions({ scope: scopes.join(' ') })).toBeUndefined();
      }),
    );
  });
});
