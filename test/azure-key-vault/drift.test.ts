/** What somebody changes at Azure of a tenant's key is found, and what would give use back is not done. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type {
  KeyStoreAdministration,
  TenantOfStore,
} from '../../lambdas/key-stores/key-administration.ts';
import { type Product, startProduct } from './product.ts';

let product: Product;
let reconciler: KeyStoreAdministration;
let tenant: TenantOfStore;
let count = 0;

beforeAll(async () => {
  product = await startProduct();
  reconciler = product.administration('reconciler');
});
afterAll(() => product.close());
beforeEach(async () => {
  count += 1;
  tenant = await product.onboard(`acme-${count}`);
});

type Expected = Parameters<KeyStoreAdministration['driftOf']>[1];
const found = async (expected: Expected = 'Enabled', of = tenant) =>
  (await reconciler.driftOf(of, expected)).map(({ kind }) => kind);
const repair = async (expected: Expected = 'Enabled', of = tenant) => {
  for (const drift of await reconciler.driftOf(of, expected)) await drift.repair?.();
};
const kept = async () => {
  const key = await product.azure.keys.find(tenant.tenantId);
  if (key === undefined) throw new Error('the key is gone');
  return key;
};
const first = async () => {
  const [version] = (await kept()).versions;
  if (version === undefined) throw new Error('the key has no version');
  return version;
};
const identity = ({ tenantId } = tenant) => {
  const known = product.azure.identities.get(`tenant-${tenantId}`);
  if (known === undefined) throw new Error('the identity is gone');
  return known.application;
};
const scopeOf = (tenantId: string) => `${product.azure.vaultId}/keys/${tenantId}`;

test('nothing is found of a tenant that nobody touched', async () => {
  expect(await found()).toEqual([]);
});

test('a version that is disabled is reported, and stays so', async () => {
  (await first()).enabled = false;
  expect(await found()).toEqual(['key-unusable']);
  await repair();
  expect(await found()).toEqual(['key-unusable']);
});

test('a version that is enabled of a suspended tenant is disabled', async () => {
  const suspended = { ...tenant, status: 'SUSPENDED' as const };
  expect(await found('Disabled', suspended)).toEqual(['key-enabled']);
  await repair('Disabled', suspended);
  expect(await found('Disabled', suspended)).toEqual([]);
  // As the vault's own rotation does.
  const key = await kept();
  await product.azure.keys.newVersion(key, await first());
  expect(await found('Disabled', suspended)).toEqual(['key-enabled']);
});

test('a deletion that somebody has cancelled begins anew', async () => {
  const requestedAt = new Date().toISOString();
  const leaving = {
    ...tenant,
    status: 'OFFBOARDING' as const,
    offboarding: { requestedAt, windowInDays: 30 },
  };
  expect(await found('PendingDeletion', leaving)).toEqual(['deletion-cancelled']);
  await repair('PendingDeletion', leaving);
  expect(await found('PendingDeletion', leaving)).toEqual([]);
  expect((await kept()).versions.map(({ enabled }) => enabled)).toEqual([false]);
});

test('a key that somebody has deleted can be recovered, and that is said', async () => {
  await product
    .administration()
    .keyOf(tenant, Date.now() + 9999)
    .scheduleDeletion(30);
  expect(await found()).toEqual(['key-unusable']);
  product.azure.advance(91 * 86_400_000);
  expect(await found()).toEqual(['key-missing']);
});

test('a key of the same name that is younger is not touched', async () => {
  const other = { ...tenant, keyCreatedAt: '2020-01-01T00:00:00.000Z' };
  const drifts = await reconciler.driftOf(other, 'Disabled');
  expect(drifts.map(({ kind, repair: act }) => [kind, act])).toEqual([['key-tags', undefined]]);
});

describe('who is let in', () => {
  const neighbour = () => product.onboard(`neighbour-${count}`);

  test.each<[string, () => void | Promise<void>]>([
    ['another subject', () => changeCredential({ subject: 'tenant:globex' })],
    ['another issuer', () => changeCredential({ issuer: 'https://example.com' })],
    ['another audience', () => changeCredential({ audiences: ['https://example.com'] })],
    ['no credential', () => void identity().credentials.clear()],
    [
      'a second credential',
      () => void identity().credentials.set('mine', { ...credential(), subject: 'me', since: 0 }),
    ],
    ['no role', () => unassign()],
    ['a role of the same kind on the vault', () => give(product.azure.vaultId)],
    ['a role on a key of a neighbour', async () => give(scopeOf((await neighbour()).tenantId))],
    [
      'a role of a neighbour on the key',
      async () => {
        const other = await neighbour();
        give(scopeOf(tenant.tenantId), identity(other).objectId);
      },
    ],
    [
      'a role of a stranger on the key',
      () => give(scopeOf(tenant.tenantId), product.azure.directory.register().objectId),
    ],
  ])('%s is found and put right', async (_, change) => {
    await change();
    expect(await found()).toEqual(['key-policy']);
    await repair();
    expect(await found()).toEqual([]);
    const context = { TenantId: tenant.tenantId };
    const keyring = product.keyring(tenant);
    const { wrapped } = await keyring.generateDataKey(context);
    await keyring.unwrapDataKey(wrapped, context);
  });

  const credential = () => {
    const known = identity().credentials.get('tenant-keys');
    if (known === undefined) throw new Error('the credential is gone');
    return known;
  };
  const changeCredential = (part: Partial<ReturnType<typeof credential>>) =>
    void identity().credentials.set('tenant-keys', { ...credential(), ...part });
  const give = (scope: string, principalId = identity().objectId) =>
    void product.azure.rbac.assign({
      scope,
      principalId,
      roleDefinitionId: product.setup.wrapRoleDefinitionId,
    });
  const unassign = () => {
    for (const { name, principalId } of product.azure.rbac.assignments())
      if (principalId === identity().objectId) product.azure.rbac.unassign(name);
  };

  test('a role above the vault is found, and is not the product’s to take', async () => {
    const group = product.azure.vaultId.replace(/\/providers.*/, '');
    give(group);
    expect(await found()).toEqual(['key-policy']);
    await repair();
    expect(await found()).toEqual(['key-policy']);
  });

  test('an identity that was made anew is another than the row’s', async () => {
    product.azure.directory.remove(identity().clientId);
    product.azure.identities.delete(`tenant-${tenant.tenantId}`);
    expect(await found()).toEqual(['key-policy', 'key-unusable']);
    await repair();
    expect(await found()).toEqual(['key-unusable']);
  });
});

test.each<[string, Partial<Awaited<ReturnType<typeof first>>>]>([
  ['more operations', { keyOps: ['wrapKey', 'unwrapKey', 'decrypt'] }],
  ['an end', { exp: 4_000_000_000 }],
  ['an export', { exportable: true }],
])('a key with %s is said to be foreign', async (_, change) => {
  Object.assign(await first(), change);
  const drifts = await reconciler.driftOf(tenant, 'Enabled');
  expect(drifts.map(({ kind, repair: act }) => [kind, act])).toEqual([['key-foreign', undefined]]);
});

test('a vault that lets somebody purge is found', async () => {
  product.azure.settings.purgeProtection = false;
  try {
    expect(await found()).toEqual(['key-foreign']);
  } finally {
    product.azure.settings.purgeProtection = true;
  }
});

test('another rotation period is the row’s again', async () => {
  expect(await found('Enabled', { ...tenant, rotationPeriodInDays: 90 })).toEqual(['rotation']);
  await repair('Enabled', { ...tenant, rotationPeriodInDays: 90 });
  expect(await found('Enabled', { ...tenant, rotationPeriodInDays: 90 })).toEqual([]);
});
