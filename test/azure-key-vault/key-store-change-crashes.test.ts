/** Every step of a change of the key store, KMS to Azure Key Vault and back, cut off anywhere. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { azureAdministration } from '../../lambdas/key-stores/azure-key-vault/azure-administration.ts';
import { type Aws, openAws } from '../lambdas/tenants/aws.ts';
import { crashMatrix, oneEnd } from '../lambdas/tenants/key-store-change/crash-points.ts';
import type { MovingStore } from '../lambdas/tenants/key-store-change/moving-store.ts';
import { withSeveralKeys } from '../lambdas/tenants/key-store-change/state.ts';
import { steps } from '../lambdas/tenants/key-store-change/steps.ts';
import { storedTenants } from '../lambdas/tenants/stored-tenants.ts';
import { faulty } from './faulty.ts';
import { pooledKeys } from './pooled-keys.ts';
import { newTenant, type Product, startProduct } from './product.ts';

let aws: Aws;
let product: Product;
let azure: MovingStore;
beforeAll(async () => {
  [aws, product] = await Promise.all([openAws(), startProduct({ keyPairs: pooledKeys(5) })]);
  product.azure.settings.mostAssignments = 100_000;
  const tenants = storedTenants(aws, {
    keyStore: 'azure-key-vault',
    administration: (as, fault) =>
      azureAdministration(faulty(product.send(as), fault), product.settings),
  });
  azure = {
    ...{ keyStore: 'azure-key-vault', aws, tenants },
    making: /^POST keys\/create$/,
    keyringOf: ({ tenantId, keyClientId, keyCreatedAt }) =>
      product.keyring({ ...newTenant(tenantId), keyClientId, keyCreatedAt }),
    leftOf,
    async windowPasses(tenantId) {
      const row = await aws.row(tenantId);
      const { previousKey } = row as { readonly previousKey: { readonly offboarding: object } };
      const past = new Date(Date.now() - 86_400_000).toISOString();
      const offboarding = { ...previousKey.offboarding, requestedAt: past, deletionDate: past };
      await aws.put({ ...row, previousKey: { ...previousKey, offboarding } });
      product.azure.advance(afterRetentionMs);
    },
  };
});
afterAll(async () => {
  product?.close();
  await aws?.close();
});

/** The vault keeps a deleted key for 90 days. */
const afterRetentionMs = 91 * 86_400_000;

async function leftOf(tenantId: string): Promise<string[]> {
  const { keys, identities, rbac } = product.azure;
  const left = {
    key: await keys.find(tenantId),
    identity: identities.get(`tenant-${tenantId}`),
    role: rbac.assignments().find(({ scope }) => scope.endsWith(`/keys/${tenantId}`)),
  };
  return Object.entries(left).flatMap(([name, one]) => (one === undefined ? [] : [name]));
}

test.each(steps.map((step) => [step.name, step] as const))(
  '%s, cut off anywhere: everything opens, and a retry and the reconciler lead to its end',
  async (name, step) => {
    const { calls, points, wrong } = await crashMatrix(azure, step, oneEnd);
    console.log(`${name}: ${calls} calls, ${points} points, ${wrong.length} wrong`);
    expect(wrong).toEqual([]);
  },
  300_000,
);

test('none of them has more than one key in KMS', async () => {
  expect(await withSeveralKeys(aws)).toEqual([]);
}, 120_000);
