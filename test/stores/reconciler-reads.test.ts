/** What a run of the reconciler asks a store of a tenant with whom nothing is wrong: docs/operations.md and `npm run cost` count on it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { storeRuns } from '../../operate/cost/key-stores.ts';
import { type Aws, openAws } from '../lambdas/tenants/aws.ts';
import { store, useStore } from './harness.ts';
import { vaultTenants } from './vault-tenants.ts';

useStore();
let aws: Aws;
let tenants: Awaited<ReturnType<typeof vaultTenants>>;
beforeAll(async () => {
  aws = await openAws();
  tenants = await vaultTenants(aws, store);
});
afterAll(() => aws.close());

test.each([
  ['ACTIVE', undefined, storeRuns.vault.calls],
  ['SUSPENDED', 'suspend', 3],
  ['OFFBOARDING', 'offboard', 4],
] as const)('of one who is %s', async (status, intent, reads) => {
  const tenantId = `read-${status.toLowerCase()}`;
  await tenants.onboard(tenantId);
  if (intent !== undefined) await tenants.go(tenantId, intent);
  // Of one who is offboarded the first run begins the window.
  await tenants.reconcile(tenantId);
  const asked: string[] = [];
  const before = (call: string) => void asked.push(call);
  expect(await tenants.reconcile(tenantId, { fault: { before } })).toEqual([]);
  expect((await tenants.row(tenantId))?.status).toBe(status);
  expect(asked.map((call) => call.replace(/ .*/, ''))).toEqual(Array(reads).fill('GET'));
});
