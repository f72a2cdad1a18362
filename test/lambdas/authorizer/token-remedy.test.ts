import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tokenRemedy } from '../../../lambdas/authorizer/token-remedy.ts';
import { permissionsOf } from '../../../lambdas/tokens/permissions.ts';

const remedyOf = (claims: object) =>
  tokenRemedy({
    namesTenant: Object.hasOwn(claims, 'tenant_id'),
    permissions: permissionsOf(claims as Readonly<Record<string, unknown>>, 'tenant_id'),
  });
const challenge = (scope?: string) =>
  `Bearer realm="tenant-keys", error="insufficient_scope"${scope === undefined ? '' : `, scope="${scope}"`}`;
const acme = { tenant_id: 'acme' };

describe('the challenge names the scopes that a token of its kind lacks, and no others', () => {
  test.each([
    ['a tenant that encrypts', { ...acme, scope: 'tenant-keys/crypto' }, 'tenant-keys/audit'],
    ['a tenant that reads', { ...acme, scope: 'tenant-keys/audit' }, 'tenant-keys/crypto'],
    ['a tenant with neither', { ...acme, scope: 'openid' }, 'tenant-keys/crypto tenant-keys/audit'],
    [
      'a tenant with an administrator’s',
      { ...acme, scope: 'tenant-keys/admin' },
      'tenant-keys/crypto tenant-keys/audit',
    ],
    ['a tenant with both', { ...acme, scope: 'tenant-keys/crypto tenant-keys/audit' }, undefined],
    ['an administrator', { scope: 'tenant-keys/admin' }, undefined],
    ['an auditor', { scope: 'tenant-keys/audit-all' }, 'tenant-keys/admin'],
    ['nobody', {}, 'tenant-keys/admin tenant-keys/audit-all'],
  ])('%s', (_, claims, scope) => {
    expect(remedyOf(claims).challenge).toBe(challenge(scope));
  });
});

describe('the remedy says which token would do', () => {
  test.each([
    [
      'an administrator',
      { scope: 'tenant-keys/admin' },
      "A tenant's data needs a token that names that tenant.",
    ],
    [
      'a tenant',
      { ...acme, scope: 'tenant-keys/crypto' },
      'The control plane needs a token that names no tenant.',
    ],
    [
      'a tenant that lacks one',
      { ...acme, scope: 'tenant-keys/crypto' },
      'where the audit needs tenant-keys/audit.',
    ],
    [
      'one whose claim is no tenant id',
      { tenant_id: 'org_X', scope: 'tenant-keys/crypto' },
      'Its tenant claim must be a tenant id.',
    ],
  ])('%s', (_, claims, words) => {
    expect(remedyOf(claims).remedy).toContain(words);
  });
});

test('whatever a token claims, there is nothing of it in either, and the remedy fits into JSON', () => {
  const word = fc.string({ maxLength: 8 }).map((text) => `CANARY"\\${text}`);
  const scope = fc.constantFrom(
    'tenant-keys/crypto',
    'tenant-keys/audit',
    'tenant-keys/admin',
    'openid',
  );
  const claims = fc.record(
    {
      tenant_id: fc.oneof(word, fc.constant('acme'), fc.constant(null)),
      scope: fc.oneof(word, scope),
      sub: word,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(claims, (given) => {
      const said = remedyOf(given);
      expect(JSON.stringify(said)).not.toMatch(/CANARY|acme/);
      expect(JSON.parse(`"${said.remedy}"`)).toBe(said.remedy);
      expect(said.challenge).toMatch(/^[ -~]+$/);
    }),
  );
});
