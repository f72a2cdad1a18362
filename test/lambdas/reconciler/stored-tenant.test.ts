/** Tenants whose keys are in another store, and a store that is down: what it costs the others. */
import { expect, test } from '@jest/globals';
import { keyStoreUnavailable } from '../../../contract/problem.ts';
import type { KeyStoreAdministration } from '../../../lambdas/key-stores/key-administration.ts';
import type { ReconcilerContext } from '../../../lambdas/reconciler/context.ts';
import type { Finding } from '../../../lambdas/reconciler/findings.ts';
import { repairStoredTenant } from '../../../lambdas/reconciler/stored-tenant.ts';
import { tenantRow } from '../../../lambdas/tenants/registry/tenant-row.ts';
import { rowOf } from '../../harness/tenant-row.ts';

const row = (tenantId: string) => {
  const { keyArn: _, ...rest } = rowOf({ tenantId, keyStore: 'vault', keyName: `x/${tenantId}` });
  return tenantRow.parse(rest);
};

/** @param driftOf the one question that is asked of the store here */
async function reconciled(count: number, driftOf: (tenantId: string) => Promise<[]>) {
  const found: Finding[] = [];
  const store = { driftOf: ({ tenantId }) => driftOf(tenantId) } as Partial<KeyStoreAdministration>;
  const context = {
    keyStores: async () => store,
    storeFailures: new Map(),
    findings: { add: (finding: Finding) => found.push(finding) },
    now: Date.now,
  } as unknown as ReconcilerContext;
  for (let number = 0; number < count; number += 1)
    await repairStoredTenant(context, row(`t-${number}`));
  return found.map(({ tenantId, kind, outcome }) => `${tenantId} ${kind} ${outcome}`);
}

const all = (count: number) =>
  Array.from({ length: count }, (_, number) => `t-${number} key-unreadable failed`);

test('a store that is down is a finding of each of its tenants, and is asked for three', async () => {
  let asked = 0;
  const found = await reconciled(10, async () => {
    asked += 1;
    throw keyStoreUnavailable('vault');
  });
  expect([found, asked]).toEqual([all(10), 3]);
});

test('one that answers again in between is asked for all', async () => {
  let asked = 0;
  await reconciled(10, async () => {
    asked += 1;
    if (asked % 3 === 0) return [];
    throw keyStoreUnavailable('vault');
  });
  expect(asked).toBe(10);
});

test('what fails for one tenant alone stops no other, and its words stay here', async () => {
  const found = await reconciled(4, async (tenantId) => {
    if (tenantId === 't-1') throw new Error('with a row in its words');
    return [];
  });
  expect(found).toEqual(['t-1 key-unreadable failed']);
});
