/**
 * The window before a key is deleted in a store that holds no deletion back: it counts in the store, whatever is written
 * into the registry. The control plane's code is the attacker: it writes rows, rotates keys and calls deletions off.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { passDaysForKey } from '../../local/vault-time.ts';
import { type Aws, openAws } from '../lambdas/tenants/aws.ts';
import { controlPlaneOf, hence, root, shortestWindowInDays } from './administration-harness.ts';
import { bao, store, useStore } from './harness.ts';
import { vaultTenants } from './vault-tenants.ts';

useStore();
let aws: Aws;
let tenants: Awaited<ReturnType<typeof vaultTenants>>;
beforeAll(async () => {
  aws = await openAws();
  tenants = await vaultTenants(aws, store);
});
afterAll(async () => {
  await aws.close();
});

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const keyPath = (tenantId: string) => `tenant-keys/keys/${tenantId}`;
const versionsOf = async (tenantId: string) =>
  Number((await root('GET', keyPath(tenantId))).data?.latest_version);
const statusOf = async (tenantId: string) => (await tenants.row(tenantId))?.status;

/** As the control plane could write it, with a deletion that was asked for long ago. */
async function forge(tenantId: string, change: object): Promise<void> {
  const row = await aws.row(tenantId);
  await aws.put({ ...row, version: Number(row?.version) + 1, ...change });
}
const longOffboarded = {
  status: 'OFFBOARDING',
  offboarding: {
    windowInDays: 7,
    requestedBy: 'somebody',
    requestedAt: daysAgo(100),
    keyMaterialIds: ['v1'],
    deletionDate: daysAgo(93),
  },
};
const early = 'deletion-window reported';

/** @returns of a tenant whose key is 200 days old, and was never rotated */
async function oldTenant(tenantId: string): Promise<void> {
  await tenants.onboard(tenantId);
  const server = { address: bao.address, token: bao.rootToken };
  await passDaysForKey(server, tenantId, 200, 1);
  const { data } = await root('GET', keyPath(tenantId));
  const [seconds] = Object.values(data?.keys as Record<string, number>);
  await forge(tenantId, { keyCreatedAt: new Date(Number(seconds) * 1000).toISOString() });
  expect(await tenants.reconcile(tenantId)).toEqual([]);
}

test('a row that says that the window is over has no key deleted before that of the store is', async () => {
  await oldTenant('contoso');
  await forge('contoso', longOffboarded);
  expect(await tenants.reconcile('contoso')).toEqual(['deletion-cancelled repaired', early]);
  for (const days of [0, 1, shortestWindowInDays - 0.01]) {
    expect(await tenants.reconcile('contoso', { days })).toEqual([early]);
    expect(await versionsOf('contoso')).toBe(2);
  }
  expect(await tenants.reconcile('contoso', { days: shortestWindowInDays })).toEqual([
    'key-erased repaired',
  ]);
  expect(await statusOf('contoso')).toBe('ERASED');
});

test('a run that sees the tenant as another than OFFBOARDING takes the mark away', async () => {
  await oldTenant('fabrikam');
  await forge('fabrikam', longOffboarded);
  await tenants.reconcile('fabrikam');
  await forge('fabrikam', { status: 'ACTIVE', offboarding: undefined });
  expect(await tenants.reconcile('fabrikam', { days: 6 })).toEqual([
    'key-unusable reported',
    'key-policy repaired',
  ]);
  await forge('fabrikam', longOffboarded);
  expect(await tenants.reconcile('fabrikam', { days: 8 })).toEqual([early]);
  expect(await statusOf('fabrikam')).toBe('OFFBOARDING');
});

test('who calls the deletion off in the store has it begin anew, and that is reported', async () => {
  await tenants.onboard('northwind');
  await tenants.go('northwind', 'offboard');
  expect(await tenants.reconcile('northwind')).toEqual([]);
  const row = await tenants.row('northwind');
  if (row === undefined) throw new Error('no row');
  const controlPlane = await controlPlaneOf(store);
  await controlPlane.keyOf(row, hence()).cancelDeletion();
  await forge('northwind', { offboarding: longOffboarded.offboarding });
  expect(await tenants.reconcile('northwind', { days: 8 })).toEqual([early]);
  expect(await statusOf('northwind')).toBe('OFFBOARDING');
});

test('a rotation by the control plane does not keep the key for longer', async () => {
  await tenants.onboard('umbrella');
  await tenants.go('umbrella', 'offboard');
  await tenants.reconcile('umbrella');
  const row = await tenants.row('umbrella');
  if (row === undefined) throw new Error('no row');
  await (await controlPlaneOf(store)).keyOf(row, hence()).rotate();
  expect(await tenants.reconcile('umbrella', { days: 8 })).toEqual(['key-erased repaired']);
});

test('restored and offboarded again, a tenant has the whole window again', async () => {
  await tenants.onboard('hooli');
  await tenants.go('hooli', 'offboard');
  await tenants.reconcile('hooli');
  await tenants.go('hooli', 'restore');
  expect(await tenants.reconcile('hooli')).toEqual([]);
  await tenants.go('hooli', 'offboard');
  expect(await tenants.reconcile('hooli', { days: 8 })).toEqual([]);
  expect([await statusOf('hooli'), await versionsOf('hooli')]).toEqual(['OFFBOARDING', 3]);
  expect(await tenants.reconcile('hooli', { days: 8 })).toEqual(['key-erased repaired']);
});

test('a key that an administrator has deleted needs no window: the tenant is ERASED on its day', async () => {
  await tenants.onboard('stark');
  await tenants.go('stark', 'offboard');
  await root('POST', `${keyPath('stark')}/config`, { deletion_allowed: true });
  await root('DELETE', keyPath('stark'));
  expect(await tenants.reconcile('stark')).toEqual(['key-missing reported']);
  expect(await tenants.reconcile('stark', { days: 8 })).toEqual(['key-erased repaired']);
});
