import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tenantIdOf } from '../../../contract/external-tenant-id.ts';
import { type IssuerSettings, issuerSettings } from '../../../contract/issuers.ts';
import { type Permissions, permissionsOf } from '../../../lambdas/tokens/permissions.ts';
import { settingsOf } from './issuer.ts';

const settings = settingsOf('https://id.example.com');
const granted = (claims: Record<string, unknown>, changes: Partial<IssuerSettings> = {}) =>
  permissionsOf(claims, { ...settings, ...changes });
const permissions = (claims: Record<string, unknown>, changes: Partial<IssuerSettings> = {}) =>
  granted(claims, changes).permissions;
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
    ['from scope as a list', { scope: ['openid', crypto] }],
    ['from a list whose members are texts of several', { scope: [`openid ${crypto}`, 'email'] }],
    ['from either of two', { scope: 'openid', scp: [crypto] }],
  ])('%s', (_, claims) => {
    expect(permissions({ ...claims, tenant_id: 'acme' })).toBeDefined();
  });

  test.each([
    ['that begin like one', `${crypto}2`],
    ['that end like one', `x${crypto}`],
    ['in upper case', crypto.toUpperCase()],
    ['with a comma between', `openid,${crypto}`],
    ['in a list in a list', [[crypto]]],
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

describe('a tenant claim that names no tenant permits nothing, not even with the admin scope', () => {
  test.each([
    '',
    'é'.repeat(19),
    'x_'.repeat(19),
    'a'.repeat(64),
    '\ud800',
    [],
    ['acme', 'acme2'],
    [['acme']],
    [null],
    7.5,
    2 ** 53,
    Number.NaN,
    true,
    null,
    { id: 'acme' },
    undefined,
  ])('%j', (claim) => {
    const { permissions: none, refusal } = granted({
      scope: `${admin} ${crypto}`,
      tenant_id: claim,
    });
    expect([none, refusal]).toEqual([undefined, 'bad-tenant']);
  });
});

describe('a tenant in the spelling of its issuer is that tenant alone, and no other', () => {
  test.each<[unknown, string]>([
    ['acme', 'acme'],
    [['acme'], 'acme'],
    ['org_AbC123', 'b32-n5zgox2bmjbtcmrt'],
    ['ACME', 'b32-ifbu2ri'],
    ['acme*', 'b32-mfrw2zjk'],
    ['${aws:PrincipalTag/TenantId}', 'b32-er5wc53thjihe2lomnuxaylmkrqwol2umvxgc3tujfsh2'],
    // Written as an encoded one: it is encoded again, and so is nobody else.
    ['b32-ifbu2ri', 'b32-miztelljmzrhkmtsne'],
    [42, '42'],
    [7, 'b32-g4'],
    [-1, 'b32-fuyq'],
  ])('%j is %s', (claim, id) => {
    expect(permissions({ scope: crypto, tenant_id: claim })?.tenantId).toBe(id);
  });
});

test('a claim that only an object prototype has is no tenant claim', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    expect(permissions({ scope: admin }, { tenantClaim: [name] })).toEqual(administrator);
    expect(permissions({ scope: admin }, { scopeClaims: [[name], ['scope']] })).toEqual(
      administrator,
    );
  }
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

describe('scopes under other names and in other claims', () => {
  const tenant = { tenant_id: 'acme' };

  test.each<[string, Record<string, unknown>, Partial<IssuerSettings>]>([
    ['roles of Entra ID', { roles: ['Keys.Use'] }, { scopeClaims: [['roles']] }],
    ['permissions of Auth0', { permissions: ['Keys.Use'] }, { scopeClaims: [['permissions']] }],
    [
      'realm roles of Keycloak',
      { realm_access: { roles: ['offline_access', 'Keys.Use'] } },
      { scopeClaims: [['realm_access', 'roles']] },
    ],
    [
      'roles of a client in Keycloak, whose name has a dot',
      { resource_access: { 'keys.api': { roles: ['Keys.Use'] } } },
      { scopeClaims: [['resource_access', 'keys.api', 'roles']] },
    ],
    [
      'groups under a claim that is a URL',
      { 'https://acme.example/groups': ['x', 'Keys.Use'] },
      { scopeClaims: [['scope'], ['https://acme.example/groups']] },
    ],
  ])('%s', (_, claims, changes) => {
    const scopeNames = { 'Keys.Use': crypto } as const;
    expect(permissions({ ...tenant, ...claims }, { ...changes, scopeNames })?.scopes).toEqual(
      new Set([crypto]),
    );
    expect(permissions({ ...tenant, ...claims }, changes)).toBeUndefined();
    expect(permissions({ ...tenant, ...claims }, { scopeNames })).toBeUndefined();
  });

  test.each([
    ['nothing on the way', {}],
    ['a text on the way', { realm_access: crypto }],
    ['a list on the way', { realm_access: [{ roles: [crypto] }] }],
    ['null on the way', { realm_access: null }],
    ['an object at the end', { realm_access: { roles: { [crypto]: true } } }],
  ])('a path with %s gives nothing', (_, claims) => {
    const scopeClaims = [['realm_access', 'roles']];
    expect(permissions({ ...tenant, ...claims }, { scopeClaims })).toBeUndefined();
  });
});

describe('a tenant claim that is nested', () => {
  const nested = { tenantClaim: ['app_metadata', 'tenant'] };
  test('counts', () => {
    const claims = { scope: `${crypto} ${admin}`, app_metadata: { tenant: 'acme' } };
    expect(permissions(claims, nested)).toEqual({ scopes: new Set([crypto]), tenantId: 'acme' });
  });

  test.each(['acme', ['acme'], null, 7])('with %j on the way names no tenant and nobody', (way) => {
    const { namesTenant, refusal } = granted({ scope: admin, app_metadata: way }, nested);
    expect([namesTenant, refusal]).toEqual([true, 'bad-tenant']);
  });

  test('that is not there names none', () => {
    expect(permissions({ scope: admin, app_metadata: {} }, nested)).toEqual(administrator);
  });
});

describe('an issuer that is bound to its purpose', () => {
  test('one for customers makes no administrator, whatever scopes it issues', () => {
    const customers = { scopes: [crypto, audit] as const };
    expect(permissions({ scope: `${admin} ${auditAll}` }, customers)).toBeUndefined();
    expect(permissions({ scope: `${admin} ${crypto}`, tenant_id: 'acme' }, customers)).toEqual({
      scopes: new Set([crypto]),
      tenantId: 'acme',
    });
  });

  test('one for the workforce uses no key, whatever tenant its tokens name', () => {
    const workforce = { scopes: [admin, auditAll] as const };
    expect(permissions({ scope: crypto, tenant_id: 'acme' }, workforce)).toBeUndefined();
    expect(permissions({ scope: admin }, workforce)).toEqual(administrator);
  });

  test.each<[string, readonly string[], string, boolean]>([
    ['a tenant that is listed', ['acme', 'globex'], 'globex', true],
    ['another', ['acme'], 'globex', false],
    ['one that begins alike', ['acme'], 'acme-2', false],
    ['one of a pattern', ['eu-*'], 'eu-acme', true],
    ['one that is not of it', ['eu-*'], 'us-acme', false],
    ['the beginning alone, which is no tenant id', ['eu-*'], 'eu-', false],
    ['the pattern itself', ['eu-*'], 'eu-*', false],
    ['one in other case', ['eu-*'], 'EU-acme', false],
    ['one that contains it', ['eu-*'], 'x-eu-acme', false],
    ['an encoded one, by its id', ['b32-n5zgox2bmjbtcmrt'], 'org_AbC123', true],
  ])('for certain tenants: %s', (_, tenants, claim, counts) => {
    const claims = { scope: crypto, tenant_id: claim };
    expect(permissions(claims, { tenants }) !== undefined).toBe(counts);
    if (!counts) expect(granted(claims, { tenants }).refusal).toBe('foreign-tenant');
  });

  test('for certain tenants has no administrators: a token that names none has no right', () => {
    const { permissions: none, refusal } = granted(
      { scope: `${admin} ${auditAll}` },
      { tenants: ['eu-*'] },
    );
    expect([none, refusal]).toEqual([undefined, 'no-tenant']);
  });

  test('of one tenant, without a claim, speaks for it with every token, and for nobody else', () => {
    const pool = { tenants: ['acme'], tenantClaim: undefined };
    expect(permissions({ scope: `${crypto} ${admin}` }, pool)).toEqual({
      scopes: new Set([crypto]),
      tenantId: 'acme',
    });
    expect(permissions({ scope: crypto, tenant_id: 'globex' }, pool)?.tenantId).toBe('acme');
    expect(permissions({ scope: `${admin} ${auditAll}` }, pool)).toBeUndefined();
  });

  test('without a claim is refused where it is not for one tenant', () => {
    for (const tenants of [undefined, [], ['a1', 'b2'], ['eu-*']]) {
      const bad = { ...settings, tenantClaim: undefined, tenants };
      expect(() => issuerSettings.parse(bad)).toThrow();
    }
  });
});

describe('whatever the claims and the settings', () => {
  const scope = fc.subarray([admin, crypto, audit, auditAll, 'openid', `${audit}-allx`]);
  const word = fc.constantFrom('tenant_id', 'org', 'roles', 'scope', '__proto__', 'constructor');
  const path = fc.array(word, { minLength: 1, maxLength: 3 });
  const value = fc.oneof(
    fc.constantFrom(undefined, null, '', '*', 'acme', 'ACME', 'a/b', 7, true, admin, crypto),
    fc.constantFrom(['acme'], ['acme', 'globex'], [admin], `${crypto} ${audit}`, [
      auditAll,
      crypto,
    ]),
    fc.string(),
  );
  /** Objects in objects, as issuers nest claims, and with whatever else. */
  const { claims } = fc.letrec<{ claims: Record<string, unknown>; node: unknown }>((tie) => ({
    claims: fc.dictionary(word, tie('node'), { maxKeys: 5 }),
    node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, value, tie('claims')),
  }));
  const changes = fc.record({
    tenantClaim: path,
    scopeClaims: fc.array(path, { minLength: 1, maxLength: 3 }),
    scopes: fc.option(fc.subarray([admin, auditAll, crypto, audit] as const, { minLength: 1 }), {
      nil: undefined,
    }),
    tenants: fc.option(fc.constantFrom(['acme'], ['ac*'], ['globex', 'b32-*']), { nil: undefined }),
  });
  const numRuns = 2000;
  const ofTenant = [crypto, audit] as string[];
  const ofAll = [admin, auditAll] as string[];

  /** @returns a copy without what stands at the path */
  function without(all: Record<string, unknown>, [name, ...rest]: readonly string[]): object {
    if (name === undefined || !Object.hasOwn(all, name)) return all;
    const copy = Object.fromEntries(Object.entries(all).filter(([one]) => one !== name));
    const inner = all[name];
    if (rest.length === 0 || typeof inner !== 'object' || inner === null) return copy;
    return { ...copy, [name]: without(inner as Record<string, unknown>, rest) };
  }

  test('a token has the rights of one tenant, or of none, and no scope that its issuer may not give', () => {
    fc.assert(
      fc.property(claims, changes, (of, by) => {
        const { permissions: given, namesTenant, grantable } = granted(of, by);
        if (given === undefined) return;
        const scopes = [...given.scopes];
        expect(given.tenantId !== undefined).toBe(namesTenant);
        for (const one of scopes) {
          expect(namesTenant ? ofTenant : ofAll).toContain(one);
          expect(by.scopes ?? [one]).toContain(one);
          expect(grantable).toContain(one);
        }
        if (by.tenants !== undefined) expect(given.tenantId).toMatch(/^(acme|ac.*|globex|b32-.*)$/);
      }),
      { numRuns },
    );
  });

  test('a tenant claim that is lost, wholly or in part, takes all rights of the tenant and adds none', () => {
    fc.assert(
      fc.property(claims, changes, scope, (of, by, scopes) => {
        const all = { ...of, scope: scopes.join(' ') };
        const settings = { ...by, scopeClaims: [['scope']] };
        fc.pre(by.tenantClaim[0] !== 'scope');
        const before = granted(all, settings);
        fc.pre(before.namesTenant && !scopes.includes(admin) && !scopes.includes(auditAll));
        const after = permissions(
          without(all, by.tenantClaim) as Record<string, unknown>,
          settings,
        );
        expect(after).toBeUndefined();
      }),
      { numRuns },
    );
  });

  test('without the claim a token has no right of a tenant, and none that its scopes do not name', () => {
    fc.assert(
      fc.property(scope, (scopes) => {
        const given = permissions({ scope: scopes.join(' ') });
        expect([...scopesOf(given)]).toEqual(ofAll.filter((one) => scopes.includes(one)));
        expect(given?.tenantId).toBeUndefined();
      }),
    );
  });

  test('with a tenant a token has the rights of that tenant, and no other', () => {
    fc.assert(
      fc.property(scope, fc.string({ minLength: 1, maxLength: 40 }), (scopes, text) => {
        const given = permissions({ scope: scopes.join(' '), tenant_id: text });
        fc.pre(tenantIdOf(text) !== undefined);
        expect([...scopesOf(given)]).toEqual(ofTenant.filter((one) => scopes.includes(one)));
        if (given !== undefined) expect(given.tenantId).toBe(tenantIdOf(text));
      }),
    );
  });

  test('a token with a claim that names no tenant has none', () => {
    fc.assert(
      fc.property(scope, fc.anything(), (scopes, given) => {
        fc.pre(tenantIdOf(given) === undefined);
        expect(permissions({ scope: scopes.join(' '), tenant_id: given })).toBeUndefined();
      }),
    );
  });

  const scopesOf = (given: Permissions | undefined) => given?.scopes ?? new Set();
});
