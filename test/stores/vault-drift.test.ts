/** What somebody changed in a store of a tenant's key, role or policy: what the reconciler finds, and what it repairs. */
import { beforeAll, expect, test } from '@jest/globals';
import type {
  ExpectedState,
  KeyStoreAdministration,
  TenantOfStore,
} from '../../lambdas/key-stores/key-administration.ts';
import { statusRules } from '../../lambdas/tenants/registry/status.ts';
import {
  controlPlaneOf,
  keyPath,
  onboarded,
  reconcilerOf,
  root,
  usesItsKey,
} from './administration-harness.ts';
import { store, useStore } from './harness.ts';

let controlPlane: KeyStoreAdministration;
let reconciler: KeyStoreAdministration;

useStore();
beforeAll(async () => {
  controlPlane = await controlPlaneOf(store);
  reconciler = await reconcilerOf(store);
});

const role = (tenant: TenantOfStore) => `auth/tenant-keys/role/tenant-${tenant.tenantId}`;
const policy = (tenant: TenantOfStore) => `sys/policies/acl/tenant-keys-tenant-${tenant.tenantId}`;
const config = (tenant: TenantOfStore) => `${keyPath(tenant)}/config`;
type Change = (tenant: TenantOfStore) => Promise<unknown>;
const cases: readonly (readonly [string, TenantOfStore['status'], Change, string])[] = [
  [
    'a deletion that is allowed',
    'ACTIVE',
    (tenant) => root('POST', config(tenant), { deletion_allowed: true }),
    'key-policy repaired',
  ],
  [
    'another period',
    'ACTIVE',
    (tenant) => root('POST', config(tenant), { auto_rotate_period: '9000h' }),
    'rotation repaired',
  ],
  [
    'a key that may be exported',
    'ACTIVE',
    (tenant) => root('POST', config(tenant), { exportable: true }),
    'key-foreign reported',
  ],
  [
    'a key that may be backed up',
    'ACTIVE',
    (tenant) => root('POST', config(tenant), { allow_plaintext_backup: true }),
    'key-foreign reported',
  ],
  [
    'versions that decrypt nothing any more',
    'ACTIVE',
    async (tenant) => {
      await root('POST', `${keyPath(tenant)}/rotate`, {});
      await root('POST', config(tenant), { min_decryption_version: 2 });
    },
    'key-unusable reported',
  ],
  [
    'a role that compares the tenant as a pattern',
    'ACTIVE',
    (tenant) =>
      root('POST', role(tenant), {
        ...store.roleOf(tenant.tenantId),
        bound_claims_type: 'glob',
        bound_claims: { '/https:~1~1sts.amazonaws.com~1/principal_tags/TenantId': '*' },
      }),
    'key-policy repaired',
  ],
  [
    'a role with another policy',
    'ACTIVE',
    (tenant) => root('POST', role(tenant), { role_type: 'jwt', token_policies: ['admin'] }),
    'key-policy repaired',
  ],
  [
    'a role that is gone',
    'ACTIVE',
    (tenant) => root('DELETE', role(tenant)),
    'key-policy repaired',
  ],
  [
    'a policy of another text',
    'ACTIVE',
    (tenant) =>
      root('POST', policy(tenant), {
        policy: 'path "tenant-keys/*" { capabilities = ["update"] }',
      }),
    'key-policy repaired',
  ],
  [
    'a policy that is gone',
    'ACTIVE',
    (tenant) => root('DELETE', policy(tenant)),
    'key-unusable reported',
  ],
  [
    'the mark of a deletion',
    'ACTIVE',
    (tenant) => root('POST', config(tenant), { min_encryption_version: 1 }),
    'key-policy repaired',
  ],
  ['a policy while SUSPENDED', 'SUSPENDED', async () => {}, 'key-enabled repaired'],
  ['a policy while OFFBOARDING', 'OFFBOARDING', async () => {}, 'deletion-cancelled repaired'],
];

const expectedState = (status: TenantOfStore['status']): ExpectedState => {
  const { keyState } = statusRules[status];
  if (keyState === 'not compared') throw new Error('no state of the key goes with the status');
  return keyState.expected;
};

test.each(cases)('%s, %s', async (_, status, change, expected) => {
  const tenant = { ...(await onboarded(controlPlane)), status };
  if (status === 'ACTIVE')
    expect(await reconciler.driftOf(tenant, expectedState(status))).toEqual([]);
  await change(tenant);
  const found = await reconciler.driftOf(tenant, expectedState(status));
  const outcomes = found.map(
    ({ kind, repair }) => `${kind} ${repair === undefined ? 'reported' : 'repaired'}`,
  );
  expect(outcomes).toEqual([expected]);
  for (const { repair } of found) await repair?.();
  const left = await reconciler.driftOf(tenant, expectedState(status));
  expect(left.map(({ kind }) => kind)).toEqual(
    found.filter(({ repair }) => repair === undefined).map(({ kind }) => kind),
  );
  if (status !== 'ACTIVE') expect(await usesItsKey(tenant)).toBe('403');
});
