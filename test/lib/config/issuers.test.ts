import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { issuerFaults } from '../../../contract/issuer-faults.ts';
import { issuersSettings } from '../../../contract/issuers.ts';
import { permissionRefusals, refusals } from '../../../lambdas/tokens/refusals.ts';
import { readConfig } from '../../../lib/config/config.ts';
import { maxIssuersBytes } from '../../../lib/config/issuers.ts';
import { problemsOf } from './problems.ts';

const one = { issuer: 'https://id.example.com', audiences: ['tenant-keys'] };
const defaults = { tenantClaim: ['tenant_id'], scopeClaims: [['scope'], ['scp']] };

describe('a list of issuers', () => {
  test('is taken as it is and as JSON text, with what is left out', () => {
    for (const issuers of [[one], JSON.stringify([one])]) {
      expect(readConfig({ issuers }).issuers).toEqual([{ ...one, ...defaults }]);
    }
  });

  const everything = {
    issuer: 'https://login.example.com/realms/customers',
    audiences: ['tenant-keys', 'https://api.example.com/'],
    clientIds: ['2v8m6unWCvXM0h7'],
    tenantClaim: ['app_metadata', 'tenant.id'],
    tenants: ['acme', 'eu-*'],
    scopeClaims: ['scope', ['realm_access', 'roles'], 'https://example.com/groups'],
    scopeNames: { 'Keys.Use': 'tenant-keys/crypto', Auditors: 'tenant-keys/audit' },
    scopes: ['tenant-keys/crypto', 'tenant-keys/audit'],
    jwksUri: 'https://login.example.com/keys?p=policy',
  };

  test('may say everything, names of claims as text or as paths', () => {
    const { issuers } = readConfig({ issuers: [one, everything] });
    expect(issuers[1]).toEqual({
      ...everything,
      scopeClaims: [['scope'], ['realm_access', 'roles'], ['https://example.com/groups']],
    });
    expect(issuersSettings.parse(JSON.parse(JSON.stringify(issuers)))).toEqual(issuers);
  });

  test('a pool of one tenant needs no tenant claim, and has none unless one is named', () => {
    const pool = { ...one, tenants: ['acme'] };
    expect(readConfig({ issuers: [pool] }).issuers[0]).not.toHaveProperty('tenantClaim');
    const claimed = { ...pool, tenantClaim: 'tenant_id' };
    expect(readConfig({ issuers: [claimed] }).issuers[0]).toMatchObject(defaults);
    for (const tenants of [['eu-*'], ['acme', 'globex']]) {
      expect(readConfig({ issuers: [{ ...one, tenants }] }).issuers[0]).toMatchObject(defaults);
    }
  });

  test('one whose access tokens have no audience has client ids alone', () => {
    const { audiences: _, ...cognito } = { ...one, clientIds: ['7abc'] };
    expect(readConfig({ issuers: [cognito] }).issuers[0]).toMatchObject({ audiences: [] });
  });
});

describe('is refused, in one line that says where and what to do', () => {
  const { audiences: _, ...none } = one;
  const of = (changes: object) => [{ ...one, ...changes }];
  test.each<[string, unknown, string]>([
    ['no list', 'acme', 'issuers must be a list of issuers'],
    ['broken JSON', '[{', 'issuers must be a list of issuers'],
    ['an empty list', [], 'issuers must be a list of issuers'],
    ['an issuer that is a text', ['https://id.example.com'], 'issuers[0]: must be a list of'],
    ['an unknown member', of({ audience: 'x' }), 'issuers[0]: Unrecognized key'],
    ['http', of({ issuer: 'http://id.example.com' }), 'issuers[0].issuer: must be the https URL'],
    ['a quote in it', of({ issuer: 'https://a.example/"b' }), 'issuers[0].issuer: must be the'],
    ['a backslash', of({ issuer: 'https://a.example/\\b' }), 'issuers[0].issuer: must be the'],
    ['neither audience nor client', [none], 'issuers[0]: needs audiences, or clientIds'],
    ['no audience in the list', of({ audiences: [] }), 'issuers[0].audiences: must be a list'],
    ['an audience as text', of({ audiences: 'x' }), 'issuers[0].audiences: must be a list'],
    ['a tenant pattern in the middle', of({ tenants: ['e*u'] }), 'issuers[0].tenants[0]: must'],
    ['all tenants as a pattern', of({ tenants: ['*'] }), 'issuers[0].tenants[0]: must be a list'],
    ['a tenant that is none', of({ tenants: ['ACME'] }), 'issuers[0].tenants[0]: must be a list'],
    ['no tenant', of({ tenants: [] }), 'issuers[0].tenants: must be a list of tenant ids'],
    ['a registered claim', of({ tenantClaim: 'sub' }), 'issuers[0].tenantClaim: must be the claim'],
    ['a claim without a name', of({ tenantClaim: [] }), 'issuers[0].tenantClaim: must be the name'],
    ['an unknown scope', of({ scopes: ['admin'] }), 'issuers[0].scopes[0]: must be a list of some'],
    [
      'a name for an unknown scope',
      of({ scopeNames: { Admin: 'admin' } }),
      'issuers[0].scopeNames.Admin: must be an object',
    ],
    [
      'one scope that stands for another',
      of({ scopeNames: { 'tenant-keys/crypto': 'tenant-keys/admin' } }),
      'issuers[0].scopeNames: must be an object',
    ],
    [
      'a name of a scope with a space',
      of({ scopeNames: { 'Keys Admin': 'tenant-keys/admin' } }),
      'issuers[0].scopeNames["Keys Admin"]:',
    ],
    [
      'administrators of certain tenants',
      of({ tenants: ['acme'], scopes: ['tenant-keys/admin'] }),
      'issuers[0]: is for certain tenants (tenants), so it has no administrators',
    ],
    ['keys by http', of({ jwksUri: 'http://192.0.2.1/k' }), 'issuers[0].jwksUri: must be an https'],
    [
      'keys by a URL with a password',
      of({ jwksUri: 'https://u:p@id.example.com/k' }),
      'issuers[0].jwksUri: must be an https',
    ],
    [
      'both URLs',
      of({ jwksUri: 'https://a.example/k', discoveryUrl: 'https://a.example/d' }),
      'issuers[0]: has jwksUri and discoveryUrl',
    ],
    ['the same issuer twice', [one, one], 'issuers[1].issuer: stands in the list twice'],
  ])('%s', (_, issuers, start) => {
    for (const given of [
      issuers,
      typeof issuers === 'string' ? issuers : JSON.stringify(issuers),
    ]) {
      const problems = problemsOf({ issuers: given });
      expect(problems).toHaveLength(1);
      expect(problems[0]).not.toContain('\n');
      expect(problems[0]?.slice(0, start.length)).toBe(start);
    }
  });

  test.each(['issuer', 'audience', 'tenantClaim'])('%s beside the list', (key) => {
    const problems = problemsOf({ issuers: [one], [key]: 'https://id.example.com' });
    expect(problems).toEqual([expect.stringContaining(`${key} must be left out where issuers`)]);
  });

  test('more than a function can be told', () => {
    const pool = (n: number) => ({
      issuer: `https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdE${n}`,
      clientIds: ['1example23456789abcdefghij'],
      tenants: [`tenant-${n}`],
    });
    const pools = (count: number) => Array.from({ length: count }, (_, n) => pool(n + 100));
    // As docs/operations.md says.
    expect(problemsOf({ issuers: pools(15) })).toEqual([]);
    const [problem] = problemsOf({ issuers: pools(20) });
    expect(problem).toContain(`issuers must not be more than ${maxIssuersBytes} bytes`);
    expect(problem).toContain('deploy another stack');
  });
});

describe('docs/operations.md', () => {
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');

  test('shows a list that the stack takes', () => {
    const [, text = ''] = /```json\n(\{"context": \{"issuers"[^`]*)```/.exec(page) ?? [];
    expect(readConfig(JSON.parse(text).context).issuers).toHaveLength(3);
  });

  test('says of each word of the log what it means', () => {
    const words = Object.keys({ ...refusals, ...permissionRefusals, ...issuerFaults });
    expect(words.filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
  });
});
