import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { IssuerSettings } from '../../../contract/issuers.ts';
import { tokenRemedy } from '../../../lambdas/authorizer/token-remedy.ts';
import { permissionsOf } from '../../../lambdas/tokens/permissions.ts';
import { settingsOf } from '../tokens/issuer.ts';

const remedyOf = (claims: object, changes: Partial<IssuerSettings> = {}) =>
  tokenRemedy(
    permissionsOf(
      claims as Readonly<Record<string, unknown>>,
      settingsOf('https://id.example.com', changes),
    ),
  );
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
      'one whose claim names no tenant',
      { tenant_id: ['a1', 'b2'], scope: 'tenant-keys/crypto' },
      'Its tenant claim must be one text of at most 36 bytes, or a whole number.',
    ],
  ])('%s', (_, claims, words) => {
    expect(remedyOf(claims).remedy).toContain(words);
  });
});

describe('of an issuer that is bound to its purpose', () => {
  test('a token is not sent for a scope that the issuer may not give', () => {
    const { challenge: said } = remedyOf({ ...acme }, { scopes: ['tenant-keys/audit'] });
    expect(said).toBe(challenge('tenant-keys/audit'));
  });

  test.each([
    ['another tenant', { tenant_id: 'us-1' }, 'may not speak for the tenant that it names'],
    ['none', {}, 'is for certain tenants only, so it must name one'],
  ])('a token that names %s is told so', (_, claims, words) => {
    const said = remedyOf({ ...claims, scope: 'tenant-keys/crypto' }, { tenants: ['eu-*'] });
    expect(said.remedy).toContain(words);
  });

  test('a token with a tenant and no scope is not told that its claim is wrong', () => {
    expect(remedyOf({ ...acme, scope: 'openid' }).remedy).not.toContain('tenant claim');
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
