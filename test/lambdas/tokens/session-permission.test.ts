import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Permissions, permissionsOf } from '../../../lambdas/tokens/permissions.ts';
import { opensSession } from '../../../lambdas/tokens/session-permission.ts';
import { settingsOf } from './issuer.ts';

const scopes = ['admin', 'audit-all', 'crypto', 'audit'].map((name) => `tenant-keys/${name}`);
const tenants = ['acme', 'globex', 'ac', 'acme-2'];
const planes = ['crypto', 'audit', 'audit-all'] as const;
const wantedOf = (plane: (typeof planes)[number], id: string) =>
  plane === 'audit-all' ? undefined : id;

const permissions = (tenant: string | undefined, ...of: string[]): Permissions | undefined =>
  permissionsOf(
    { scope: of.join(' '), ...(tenant !== undefined && { tenant_id: tenant }) },
    settingsOf('https://id.example.com'),
  ).permissions;

test.each<[string, string | undefined, string, (typeof planes)[number], boolean]>([
  ["a tenant's token opens its own session", 'acme', 'tenant-keys/crypto', 'crypto', true],
  ['and reads its own events with the other scope', 'acme', 'tenant-keys/audit', 'audit', true],
  ['but not the one with the scope of the other', 'acme', 'tenant-keys/crypto', 'audit', false],
  ['nor the other way round', 'acme', 'tenant-keys/audit', 'crypto', false],
  ['an auditor reads', undefined, 'tenant-keys/audit-all', 'audit', true],
  ['an administrator reads', undefined, 'tenant-keys/admin', 'audit', true],
  ['an administrator uses no key', undefined, 'tenant-keys/admin', 'crypto', false],
  ['an auditor uses no key', undefined, 'tenant-keys/audit-all', 'crypto', false],
  ['a token that lost its tenant uses no key', undefined, 'tenant-keys/crypto', 'crypto', false],
  ['and reads nothing', undefined, 'tenant-keys/audit', 'audit', false],
  ["an auditor reads all tenants'", undefined, 'tenant-keys/audit-all', 'audit-all', true],
  ['and so does an administrator', undefined, 'tenant-keys/admin', 'audit-all', true],
  ['but no tenant', 'acme', 'tenant-keys/audit', 'audit-all', false],
  ["nor a tenant with the auditor's scope", 'acme', 'tenant-keys/audit-all', 'audit-all', false],
  ['nor a token that lost its tenant', undefined, 'tenant-keys/audit', 'audit-all', false],
])('%s', (_, tenant, scope, plane, opens) => {
  expect(opensSession(permissions(tenant, scope), plane, wantedOf(plane, 'acme'))).toBe(opens);
});

describe('whatever the scopes and the tenant', () => {
  const token = fc.record({
    tenant: fc.option(fc.constantFrom(...tenants), { nil: undefined }),
    of: fc.subarray(scopes),
  });

  test("a tenant's token opens no session of another", () => {
    fc.assert(
      fc.property(
        token,
        fc.constantFrom(...planes),
        fc.constantFrom(...tenants),
        (t, plane, id) => {
          if (t.tenant === undefined || t.tenant === id) return;
          expect(opensSession(permissions(t.tenant, ...t.of), plane, id)).toBe(false);
        },
      ),
    );
  });

  test('a token without a tenant opens no session that uses a key', () => {
    fc.assert(
      fc.property(fc.subarray(scopes), fc.constantFrom(...tenants), (of, id) => {
        expect(opensSession(permissions(undefined, ...of), 'crypto', id)).toBe(false);
      }),
    );
  });

  test('a token that permits nothing opens nothing', () => {
    for (const plane of planes) {
      expect(opensSession(undefined, plane, wantedOf(plane, 'acme'))).toBe(false);
    }
  });

  test('a session for all tenants is none of one tenant, and the other way round', () => {
    fc.assert(
      fc.property(token, ({ tenant, of }) => {
        expect(opensSession(permissions(tenant, ...of), 'audit-all', 'acme')).toBe(false);
        expect(opensSession(permissions(tenant, ...of), 'audit', undefined)).toBe(false);
        expect(opensSession(permissions(tenant, ...of), 'crypto', undefined)).toBe(false);
      }),
    );
  });

  test("a token that names a tenant opens no session that reads all tenants' events", () => {
    fc.assert(
      fc.property(fc.constantFrom(...tenants), fc.subarray(scopes), (tenant, of) => {
        expect(opensSession(permissions(tenant, ...of), 'audit-all', undefined)).toBe(false);
      }),
    );
  });
});
