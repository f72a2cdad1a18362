/**
 * A store that takes tokens of the product's own issuer, by the documented values for it: who is let in as whom, by the store's own
 * decision and in its own words, and that what differs from tokens of AWS is pinned as tightly.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { broken, type Tried } from './attempts.ts';
import { bao, issuer, useBao } from './harness.ts';
import { ownTokens } from './own-tokens.ts';
import { triedByProduct } from './product-attempts.ts';
import { openStore, type Store, type StoreOptions } from './store.ts';
import { triedByTenants, triedLogins } from './tenant-attempts.ts';

useBao();

const acme = ownTokens.claimsOf('acme');
const { subjects } = ownTokens;

/** With tokens that the issuer gives to somebody else, or for something else, or that somebody else has made. */
const logins = {
  'for another audience': ['tenant-acme', { ...acme, aud: 'https://example.com' }],
  'of another issuer': ['tenant-acme', { ...acme, iss: 'https://example.com' }],
  'that has expired': ['tenant-acme', { ...acme, lives: '-10m' }],
  'signed by another algorithm': ['tenant-acme', { ...acme, alg: 'ES384' }],
  'of a tenant without the claim': ['tenant-acme', { ...acme, own: {} }],
  "of a tenant with a neighbour's claim": ['tenant-acme', { ...acme, own: { TenantId: 'globex' } }],
  "of a neighbour with the tenant's claim": ['tenant-acme', { ...acme, sub: 'tenant:globex' }],
  'of a tenant whose id begins so': ['tenant-acme', ownTokens.claimsOf('acme-2')],
  'of the control plane, as a tenant': ['tenant-acme', { sub: subjects['control-plane'], own: {} }],
  'of a function with a tenant': ['tenant-acme', { ...acme, sub: subjects['control-plane'] }],
  'of the control plane, as the reconciler': [
    'reconciler',
    { sub: subjects['control-plane'], own: {} },
  ],
  'of the certificates, as the control plane': [
    'control-plane',
    { sub: subjects.certificates, own: {} },
  ],
  'of a tenant, as the control plane': ['control-plane', acme],
  'of a tenant, as the reconciler': ['reconciler', acme],
  'of a tenant, as the observer': ['observer', acme],
  'of a tenant, as the certificates': ['certificates', acme],
  'of AWS, by the same role': ['tenant-acme', { principalTags: { TenantId: 'acme' } }],
} as const;

const triedOf = async (options: StoreOptions): Promise<Tried[]> => {
  const store = await openStore(bao, issuer, { ...options, tokens: ownTokens });
  return [
    ...(await triedByTenants(store)),
    ...(await triedLogins(store, logins)),
    ...(await triedByProduct(store)),
  ];
};

describe('a store as the page leaves it', () => {
  let all: readonly Tried[];
  let store: Store;
  beforeAll(async () => {
    all = await triedOf({});
    store = await openStore(bao, issuer, { name: 'words', tokens: ownTokens });
  }, 60_000);

  test('refuses whatever is not allowed, and nothing else, as often as with tokens of AWS', () => {
    expect(broken(all)).toEqual([]);
    expect(all.filter(({ allowed }) => !allowed).length).toBeGreaterThan(540);
  });

  test.each([
    ['a neighbour', 'tenant-globex', acme, 'invalid subject (sub) claim'],
    [
      "a neighbour's claim",
      'tenant-acme',
      logins["of a tenant with a neighbour's claim"][1],
      'claim "/TenantId" does not match any associated bound claim values',
    ],
    ['another audience', 'tenant-acme', logins['for another audience'][1], 'invalid audience'],
    ['another issuer', 'tenant-acme', logins['of another issuer'][1], 'invalid issuer (iss) claim'],
    ['one that has expired', 'tenant-acme', logins['that has expired'][1], 'token is expired'],
    [
      'a function',
      'tenant-acme',
      logins['of the control plane, as a tenant'][1],
      'invalid subject (sub) claim',
    ],
    [
      'a tenant at a function’s role',
      'control-plane',
      acme,
      'error validating token: invalid subject (sub) claim',
    ],
  ] as const)('refuses %s in words that say so', async (_, role, claims, words) => {
    const answer = await store.login(role, claims);
    expect([answer.status, answer.words]).toEqual([400, expect.stringContaining(words)]);
  });
});

describe('a hole is noticed', () => {
  test.each<[string, StoreOptions, RegExp]>([
    [
      'no bound claims',
      { role: { bound_claims: {} } },
      /^another's token: of a tenant with a neighbour's claim, the store: 200/,
    ],
    [
      'every subject',
      {
        role: { bound_subject: '' },
        change: [['"bound_subject" = ["$tenant_subject"]', '"bound_subject" = []']],
      },
      /^another's token: of a function with a tenant, the store: 200/,
    ],
    [
      'every audience',
      {
        role: { bound_audiences: 'https://vault.example.com:8200,https://example.com' },
        change: [['"bound_audiences" = ["$audience"]', '"bound_audiences" = []']],
      },
      /^another's token: for another audience, the store: 200/,
    ],
    [
      'every issuer',
      { change: [['bound_issuer=$issuer ', '']] },
      /^another's token: of another issuer, the store: 200/,
    ],
    [
      'every subject that the control plane likes',
      { change: [['"bound_subject" = ["$tenant_subject"]', '"bound_subject" = []']] },
      /^control-plane: a role for another role of the account, the store: /,
    ],
    [
      'every claim that the control plane likes',
      { change: [['"user_claim" = ["$tenant_claim"]', '"user_claim" = []']] },
      /^control-plane: a role whose user is the subject, the store: /,
    ],
  ])('%s', async (name, options, noticed) => {
    const holes = broken(await triedOf({ ...options, name: name.replaceAll(' ', '-') }));
    expect(holes.filter((one) => noticed.test(one))).not.toEqual([]);
  });
});
